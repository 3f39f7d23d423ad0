# ---- CloudFront real-time logs: CloudFront -> Kinesis -> Firehose. CloudFront writes them to Kinesis only ----

variable "realtime_sampling" {
  description = "How many percent of the requests are logged. The server counts each line for as many as it stands for."
  type        = number
  default     = 100

  validation {
    condition     = var.realtime_sampling >= 1 && var.realtime_sampling <= 100
    error_message = "Must be from 1 to 100."
  }
}

variable "transform_function_arn" {
  description = "A Lambda function that drops or changes records on their way, without version or alias. Empty for none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}$", var.transform_function_arn))
    error_message = "Must be empty or a function's ARN without version or alias."
  }
}

locals {
  has_function = var.transform_function_arn != ""

  # CloudFront writes fields in this order whatever order is configured, and a line does not name them: the attribute
  # cloudfront-fields of the stream below tells the server which they are. Change both together (cistern aws template --fields).
  realtime_field_numbers = "1-46"
  realtime_fields = [
    # <fields>
    "timestamp",
    "c-ip",
    "s-ip",
    "time-to-first-byte",
    "sc-status",
    "sc-bytes",
    "cs-method",
    "cs-protocol",
    "cs-host",
    "cs-uri-stem",
    "cs-bytes",
    "x-edge-location",
    "x-edge-request-id",
    "x-host-header",
    "time-taken",
    "cs-protocol-version",
    "c-ip-version",
    "cs-user-agent",
    "cs-referer",
    "cs-cookie",
    "cs-uri-query",
    "x-edge-response-result-type",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-result-type",
    "fle-encrypted-fields",
    "fle-status",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
    "c-port",
    "x-edge-detailed-result-type",
    "c-country",
    "cs-accept-encoding",
    "cs-accept",
    "cache-behavior-path-pattern",
    "cs-headers",
    "cs-header-names",
    "cs-headers-count",
    "primary-distribution-id",
    "primary-distribution-dns-name",
    "origin-fbl",
    "origin-lbl",
    "asn",
    # </fields>
  ]
}

resource "aws_kinesis_stream" "realtime" {
  name             = "${var.name}-realtime"
  retention_period = 24
  tags             = local.tags

  # AWS's own key lets everybody in the account use it through Kinesis who may use the stream, so that the roles need no permission for it.
  # With a key of your own CloudFront's role needs kms:GenerateDataKey on it, and Firehose's kms:Decrypt.
  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

data "aws_iam_policy_document" "cloudfront_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    # AWS's sample for this role has no condition. If nothing comes into the Kinesis stream although a distribution is attached, take it away first.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "realtime_log" {
  statement {
    actions   = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords"]
    resources = [aws_kinesis_stream.realtime.arn]
  }
}

resource "aws_iam_role" "realtime_log" {
  name               = "${var.name}-realtime-log-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.cloudfront_trust.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "realtime_log" {
  name   = "write"
  role   = aws_iam_role.realtime_log.id
  policy = data.aws_iam_policy_document.realtime_log.json
}

# Logs nothing until it is attached to a cache behaviour: cistern aws attach.
resource "aws_cloudfront_realtime_log_config" "realtime" {
  name          = "${var.name}-${local.region}"
  sampling_rate = var.realtime_sampling
  fields        = local.realtime_fields

  endpoint {
    stream_type = "Kinesis"

    kinesis_stream_config {
      role_arn   = aws_iam_role.realtime_log.arn
      stream_arn = aws_kinesis_stream.realtime.arn
    }
  }

  depends_on = [aws_iam_role_policy.realtime_log]
}

data "aws_iam_policy_document" "realtime_source" {
  statement {
    actions   = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
    resources = [aws_kinesis_stream.realtime.arn]
  }
}

resource "aws_iam_role" "realtime_source" {
  name               = "${var.name}-realtime-source-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.firehose_trust.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "realtime_source" {
  name   = "read"
  role   = aws_iam_role.realtime_source.id
  policy = data.aws_iam_policy_document.realtime_source.json
}

data "aws_iam_policy_document" "realtime_function" {
  # Firehose asks for a version, $LATEST too: without the second line it is refused.
  statement {
    actions = ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"]
    resources = [
      var.transform_function_arn,
      "${var.transform_function_arn}:*",
    ]
  }
}

resource "aws_iam_role" "realtime_function" {
  count = local.has_function ? 1 : 0

  name               = "${var.name}-realtime-function-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.firehose_trust.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "realtime_function" {
  count = local.has_function ? 1 : 0

  name   = "invoke"
  role   = aws_iam_role.realtime_function[0].id
  policy = data.aws_iam_policy_document.realtime_function.json
}

resource "aws_kinesis_firehose_delivery_stream" "realtime" {
  name        = "${var.name}-realtime"
  destination = "http_endpoint"
  tags        = local.tags

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.realtime.arn
    role_arn           = aws_iam_role.realtime_source.arn
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

      common_attributes {
        name  = "cloudfront-fields"
        value = local.realtime_field_numbers
      }

      common_attributes {
        name  = "cloudfront-sampling"
        value = tostring(var.realtime_sampling)
      }
    }

    dynamic "processing_configuration" {
      for_each = aws_iam_role.realtime_function

      content {
        enabled = true

        # Three retries, 1 MiB and 60 seconds are the defaults; the provider keeps no defaults in its state.
        processors {
          type = "Lambda"

          parameters {
            parameter_name  = "LambdaArn"
            parameter_value = var.transform_function_arn
          }

          parameters {
            parameter_name  = "RoleArn"
            parameter_value = processing_configuration.value.arn
          }
        }
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.errors.name
      log_stream_name = aws_cloudwatch_log_stream.realtime.name
    }

    s3_configuration {
      bucket_arn          = aws_s3_bucket.backup.arn
      role_arn            = aws_iam_role.delivery.arn
      error_output_prefix = "realtime/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
      buffering_size      = 5
      buffering_interval  = 300
      compression_format  = "GZIP"

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.errors.name
        log_stream_name = aws_cloudwatch_log_stream.realtime.name
      }
    }
  }

  depends_on = [aws_iam_role_policy.delivery, aws_iam_role_policy.realtime_source, aws_iam_role_policy.realtime_function]
}

resource "aws_cloudwatch_log_stream" "realtime" {
  name           = "realtime"
  log_group_name = aws_cloudwatch_log_group.errors.name
}

output "realtime_stream_arn" {
  value = aws_kinesis_firehose_delivery_stream.realtime.arn
}

output "realtime_log_config_arn" {
  value = aws_cloudfront_realtime_log_config.realtime.arn
}

output "realtime_next_command" {
  description = "Attaches the logs to a distribution; without it nothing is logged."
  value       = "cistern aws attach --distribution DISTRIBUTION_ID --config ${aws_cloudfront_realtime_log_config.realtime.arn}"
}
