# ---- CloudWatch Logs: subscription -> Firehose ----

variable "log_groups" {
  description = "The log groups that are subscribed. Empty for all of the account in this region, but those of the pipeline."
  type        = set(string)
  default     = []
}

variable "excluded_log_groups" {
  description = "With all groups: those that are left out besides the pipeline's own, such as that of a function which transforms records."
  type        = list(string)
  default     = []
}

variable "logs_filter_pattern" {
  description = "Only events that match this filter pattern. Empty for all."
  type        = string
  default     = ""
}

resource "aws_kinesis_firehose_delivery_stream" "logs" {
  name        = "${var.name}-logs"
  destination = "http_endpoint"
  tags        = local.tags

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  http_endpoint_configuration {
    name               = "Cistern"
    url                = "${var.endpoint_url}/ingester/kinesis/logs"
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
      log_stream_name = aws_cloudwatch_log_stream.logs.name
    }

    s3_configuration {
      bucket_arn          = aws_s3_bucket.backup.arn
      role_arn            = aws_iam_role.delivery.arn
      error_output_prefix = "logs/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
      buffering_size      = 5
      buffering_interval  = 300
      compression_format  = "GZIP"

      cloudwatch_logging_options {
        enabled         = true
        log_group_name  = aws_cloudwatch_log_group.errors.name
        log_stream_name = aws_cloudwatch_log_stream.logs.name
      }
    }
  }

  depends_on = [aws_iam_role_policy.delivery]
}

resource "aws_cloudwatch_log_stream" "logs" {
  name           = "logs"
  log_group_name = aws_cloudwatch_log_group.errors.name
}

output "logs_stream_arn" {
  value = aws_kinesis_firehose_delivery_stream.logs.arn
}

data "aws_iam_policy_document" "logs_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:logs:${local.region}:${local.account}:*"]
    }
  }
}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
    resources = [aws_kinesis_firehose_delivery_stream.logs.arn]
  }
}

resource "aws_iam_role" "logs" {
  name               = "${var.name}-logs-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.logs_trust.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "logs" {
  name   = "put"
  role   = aws_iam_role.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

locals {
  # An error that Firehose logs would come back to it as a record, without end.
  unsubscribed_log_groups = concat(
    [aws_cloudwatch_log_group.errors.name],
    # <realtime>
    local.has_function ? ["/aws/lambda/${split(":", var.transform_function_arn)[6]}"] : [],
    # </realtime>
    var.excluded_log_groups,
  )
}

# All log groups of the account in this region, also those that come later. AWS allows one such policy an account and region.
resource "aws_cloudwatch_log_account_policy" "logs" {
  count = length(var.log_groups) == 0 ? 1 : 0

  policy_name        = "${var.name}-logs"
  policy_type        = "SUBSCRIPTION_FILTER_POLICY"
  scope              = "ALL"
  selection_criteria = "LogGroupName NOT IN ${jsonencode(local.unsubscribed_log_groups)}"

  policy_document = jsonencode({
    DestinationArn = aws_kinesis_firehose_delivery_stream.logs.arn
    RoleArn        = aws_iam_role.logs.arn
    FilterPattern  = var.logs_filter_pattern
  })

  depends_on = [aws_iam_role_policy.logs]
}

resource "aws_cloudwatch_log_subscription_filter" "logs" {
  for_each = var.log_groups

  name            = "${var.name}-logs"
  log_group_name  = each.value
  filter_pattern  = var.logs_filter_pattern
  destination_arn = aws_kinesis_firehose_delivery_stream.logs.arn
  role_arn        = aws_iam_role.logs.arn

  lifecycle {
    precondition {
      condition     = !contains(local.unsubscribed_log_groups, each.value)
      error_message = "The pipeline cannot carry its own logs: each error would make the next."
    }
  }

  depends_on = [aws_iam_role_policy.logs]
}
