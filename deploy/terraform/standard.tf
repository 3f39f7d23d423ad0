# ---- CloudFront standard logs, version 2: CloudFront -> CloudWatch's log delivery -> Firehose ----

variable "distribution_id" {
  description = "The distribution whose requests are logged."
  type        = string

  validation {
    condition     = can(regex("^E[A-Z0-9]{5,31}$", var.distribution_id))
    error_message = "Must be like E2EXAMPLE1ABCD."
  }
}

resource "aws_kinesis_firehose_delivery_stream" "standard" {
  name        = "${var.name}-standard"
  destination = "http_endpoint"
  # Without the tag LogDeliveryEnabled nothing arrives, and no error is shown anywhere.
  tags = merge(local.tags, { LogDeliveryEnabled = "true" })

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  http_endpoint_configuration {
    name               = "Cistern"
    url                = "${var.endpoint_url}/v1/logs/aws_data_firehose_cloudfront"
    role_arn           = aws_iam_role.delivery.arn
    buffering_size     = var.buffer_mib
    buffering_interval = var.buffer_seconds
    retry_duration     = var.retry_seconds
    s3_backup_mode     = "FailedDataOnly"

    secrets_manager_configuration {
      enabled    = true
      secret_arn = var.secret_arn
      role_arn   = aws_iam_role.delivery.arn
    }

    request_configuration {
      content_encoding = "GZIP"
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.errors.name
      log_stream_name = aws_cloudwatch_log_stream.standard.name
    }

    s3_configuration {
      bucket_arn          = aws_s3_bucket.backup.arn
      role_arn            = aws_iam_role.delivery.arn
      error_output_prefix = "standard/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
      buffering_size      = 5
      buffering_interval  = 300
      compression_format  = "GZIP"

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.errors.name
        log_stream_name = aws_cloudwatch_log_stream.standard.name
      }
    }
  }

  depends_on = [aws_iam_role_policy.delivery]
}

resource "aws_cloudwatch_log_stream" "standard" {
  name           = "standard"
  log_group_name = aws_cloudwatch_log_group.errors.name
}

output "standard_stream_arn" {
  value = aws_kinesis_firehose_delivery_stream.standard.arn
}

resource "aws_cloudwatch_log_delivery_source" "standard" {
  name         = "${var.name}-standard"
  log_type     = "ACCESS_LOGS"
  resource_arn = "arn:${local.partition}:cloudfront::${local.account}:distribution/${var.distribution_id}"
  tags         = local.tags

  lifecycle {
    precondition {
      condition     = local.region == "us-east-1"
      error_message = "CloudFront delivers standard logs from us-east-1 only. Give the provider that region."
    }
  }
}

resource "aws_cloudwatch_log_delivery_destination" "standard" {
  name          = "${var.name}-standard"
  output_format = "json"
  tags          = local.tags

  delivery_destination_configuration {
    destination_resource_arn = aws_kinesis_firehose_delivery_stream.standard.arn
  }
}

resource "aws_cloudwatch_log_delivery" "standard" {
  delivery_source_name     = aws_cloudwatch_log_delivery_source.standard.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.standard.arn
  tags                     = local.tags

  # The records name their fields, so that the server needs no list. Cookies come only if the distribution logs them.
  record_fields = [
    # <record-fields>
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "cs(Cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
    "timestamp(ms)",
    "c-country",
    "cache-behavior-path-pattern",
    "origin-fbl",
    "origin-lbl",
    "asn",
    # </record-fields>
  ]
}
