# ---- The bucket for what could not be delivered: private, encrypted, over TLS only, versioned, emptied by age ----

# What lies in it exists nowhere else: terraform destroy fails as long as it holds anything.
resource "aws_s3_bucket" "backup" {
  bucket = "${var.name}-backup-${local.account}-${local.region}"
  tags   = local.tags
}

resource "aws_s3_bucket_public_access_block" "backup" {
  bucket                  = aws_s3_bucket.backup.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "backup" {
  bucket = aws_s3_bucket.backup.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "backup" {
  bucket = aws_s3_bucket.backup.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "backup" {
  bucket = aws_s3_bucket.backup.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "backup" {
  bucket = aws_s3_bucket_versioning.backup.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.backup_days
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # A version that was deleted leaves a marker; the rule above cannot name both.
  rule {
    id     = "markers"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }
  }
}

data "aws_iam_policy_document" "backup" {
  statement {
    sid       = "OnlyOverTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.backup.arn, "${aws_s3_bucket.backup.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "backup" {
  bucket = aws_s3_bucket.backup.id
  policy = data.aws_iam_policy_document.backup.json

  depends_on = [aws_s3_bucket_public_access_block.backup]
}

# What the alarm "backup not empty" reads.
resource "aws_s3_bucket_metric" "backup" {
  bucket = aws_s3_bucket.backup.id
  name   = "whole-bucket"
}

output "backup_bucket" {
  description = "What could not be delivered lies here. Send it again with cistern replay s3://BUCKET."
  value       = aws_s3_bucket.backup.id
}
