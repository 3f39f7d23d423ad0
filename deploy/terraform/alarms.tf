# ---- Alarms: two a stream, and one for the bucket ----

locals {
  signals = [
    # <realtime>
    "realtime",
    # </realtime>
    # <standard>
    "standard",
    # </standard>
    # <logs>
    "logs",
    # </logs>
    # <metrics>
    "metrics",
    # </metrics>
  ]

  alarm_actions = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "late" {
  for_each = toset(local.signals)

  alarm_name          = "${var.name}-${each.key}-late"
  alarm_description   = "Records of this stream wait in Firehose. See whether the server answers (cistern check)."
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToHttpEndpoint.DataFreshness"
  dimensions          = { DeliveryStreamName = "${var.name}-${each.key}" }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  threshold           = var.late_seconds
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = local.tags
}

# What AWS's pages say of the metric Success differs (a share from 0 to 1, or for each attempt the number of its records, and 0 if it
# failed); by both an average under 0.5 means failure.
resource "aws_cloudwatch_metric_alarm" "failing" {
  for_each = toset(local.signals)

  alarm_name          = "${var.name}-${each.key}-failing"
  alarm_description   = "Most deliveries of this stream fail. The reasons are in its error log."
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToHttpEndpoint.Success"
  dimensions          = { DeliveryStreamName = "${var.name}-${each.key}" }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  threshold           = 0.5
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
  tags                = local.tags
}

# With FailedDataOnly Firehose has no metric for this: BackupToS3.* is documented for streams that back up everything.
# What counts is the bucket's own request metric: only failures are put there. AWS charges a request metric as a metric of one's own.
resource "aws_cloudwatch_metric_alarm" "backup" {
  alarm_name          = "${var.name}-backup-not-empty"
  alarm_description   = "Firehose gave up on records and put them into the bucket. See cistern check --backup, then cistern replay."
  namespace           = "AWS/S3"
  metric_name         = "PutRequests"
  dimensions          = { BucketName = aws_s3_bucket.backup.id, FilterId = "whole-bucket" }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  tags                = local.tags
}
