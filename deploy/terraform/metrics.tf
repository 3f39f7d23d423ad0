# ---- CloudWatch metrics: metric stream -> Firehose ----

variable "metrics_format" {
  description = "How metrics are written. All are read; json is the largest, and the only one that can hold all additional statistics."
  type        = string
  default     = "opentelemetry1.0"

  validation {
    condition     = contains(["json", "opentelemetry0.7", "opentelemetry1.0"], var.metrics_format)
    error_message = "Must be json, opentelemetry0.7 or opentelemetry1.0."
  }
}

variable "metric_namespaces" {
  description = "Only these namespaces, such as AWS/CloudFront. Empty for all; AWS charges for each metric."
  type        = list(string)
  default     = []
}

variable "excluded_metric_namespaces" {
  description = "All namespaces but these. Cannot be used together with metric_namespaces."
  type        = list(string)
  default     = []
}

resource "aws_kinesis_firehose_delivery_stream" "metrics" {
  name        = "${var.name}-metrics"
  destination = "http_endpoint"
  tags        = local.tags

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  http_endpoint_configuration {
    name               = "Cistern"
    url                = "${var.endpoint_url}/ingester/kinesis/metrics"
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
      log_stream_name = aws_cloudwatch_log_stream.metrics.name
    }

    s3_configuration {
      bucket_arn          = aws_s3_bucket.backup.arn
      role_arn            = aws_iam_role.delivery.arn
      error_output_prefix = "metrics/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
      buffering_size      = 5
      buffering_interval  = 300
      compression_format  = "GZIP"

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.errors.name
        log_stream_name = aws_cloudwatch_log_stream.metrics.name
      }
    }
  }

  depends_on = [aws_iam_role_policy.delivery]
}

resource "aws_cloudwatch_log_stream" "metrics" {
  name           = "metrics"
  log_group_name = aws_cloudwatch_log_group.errors.name
}

output "metrics_stream_arn" {
  value = aws_kinesis_firehose_delivery_stream.metrics.arn
}

data "aws_iam_policy_document" "metrics_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["streams.metrics.cloudwatch.amazonaws.com"]
    }

    # AWS's sample for this role has no condition. If no metrics come although the metric stream runs, take it away first.
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "metrics" {
  statement {
    actions   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    resources = [aws_kinesis_firehose_delivery_stream.metrics.arn]
  }
}

resource "aws_iam_role" "metrics" {
  name               = "${var.name}-metrics-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.metrics_trust.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "metrics" {
  name   = "put"
  role   = aws_iam_role.metrics.id
  policy = data.aws_iam_policy_document.metrics.json
}

resource "aws_cloudwatch_metric_stream" "metrics" {
  name          = "${var.name}-metrics"
  firehose_arn  = aws_kinesis_firehose_delivery_stream.metrics.arn
  role_arn      = aws_iam_role.metrics.arn
  output_format = var.metrics_format
  tags          = local.tags

  dynamic "include_filter" {
    for_each = var.metric_namespaces

    content {
      namespace = include_filter.value
    }
  }

  dynamic "exclude_filter" {
    for_each = var.excluded_metric_namespaces

    content {
      namespace = exclude_filter.value
    }
  }

  lifecycle {
    precondition {
      condition     = length(var.metric_namespaces) == 0 || length(var.excluded_metric_namespaces) == 0
      error_message = "Name metric_namespaces or excluded_metric_namespaces, not both."
    }
  }

  depends_on = [aws_iam_role_policy.metrics]
}
