# ---- What all streams share: the error log, and the role by which Firehose delivers ----

resource "aws_cloudwatch_log_group" "errors" {
  name              = "/aws/kinesisfirehose/${var.name}"
  retention_in_days = var.error_log_days
  tags              = local.tags
}

data "aws_iam_policy_document" "firehose_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["firehose.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

data "aws_iam_policy_document" "delivery" {
  statement {
    sid       = "Bucket"
    actions   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.backup.arn]
  }

  statement {
    sid       = "Objects"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.backup.arn}/*"]
  }

  statement {
    sid       = "ErrorLog"
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.errors.arn}:*"]
  }

  # A secret under a KMS key of your own needs kms:Decrypt on that key as well.
  statement {
    sid       = "AccessKey"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.secret_arn]
  }
}

resource "aws_iam_role" "delivery" {
  name               = "${var.name}-delivery-${local.region}"
  assume_role_policy = data.aws_iam_policy_document.firehose_trust.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "delivery" {
  name   = "deliver"
  role   = aws_iam_role.delivery.id
  policy = data.aws_iam_policy_document.delivery.json
}
