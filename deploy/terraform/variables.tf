# ---- What there is to choose ----

variable "endpoint_url" {
  description = "The server's address, https on port 443, with a certificate that browsers trust. No slash at its end; the paths are added here."
  type        = string

  validation {
    condition     = can(regex("^https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~-]+)*$", var.endpoint_url)) && length(var.endpoint_url) <= 900
    error_message = "Must be like https://logs.example.com, without a port and without a slash at the end."
  }
}

variable "secret_arn" {
  description = "A secret of Secrets Manager in this region that holds {\"api_key\":\"aa_...\"}, an access key of the server with the scope ingest. Its whole ARN."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$", var.secret_arn))
    error_message = "Must be the secret's whole ARN, with the six characters at its end."
  }
}

variable "name" {
  description = "What all names begin with."
  type        = string
  default     = "cistern"

  # 22 characters leave room for the longest names: the bucket's (63, with account and region) and the roles' (64).
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,20}[a-z0-9]$", var.name))
    error_message = "Must be 2 to 22 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "buffer_mib" {
  description = "A delivery is made when so many MiB have come, or buffer_seconds have passed."
  type        = number
  default     = 4

  validation {
    condition     = var.buffer_mib >= 1 && var.buffer_mib <= 64
    error_message = "Must be from 1 to 64."
  }
}

variable "buffer_seconds" {
  description = "What is stored is at most about so many seconds old."
  type        = number
  default     = 60

  validation {
    condition     = var.buffer_seconds >= 0 && var.buffer_seconds <= 900
    error_message = "Must be from 0 to 900."
  }
}

variable "retry_seconds" {
  description = "How long a delivery that fails is tried again before it goes to the bucket."
  type        = number
  default     = 3600

  validation {
    condition     = var.retry_seconds >= 0 && var.retry_seconds <= 7200
    error_message = "Must be from 0 to 7200."
  }
}

variable "backup_days" {
  description = "How long the bucket keeps what could not be delivered; cistern replay sends it again."
  type        = number
  default     = 30
}

variable "error_log_days" {
  description = "How long Firehose's error log is kept: one of the periods that CloudWatch Logs offers."
  type        = number
  default     = 30
}

variable "late_seconds" {
  description = "An alarm goes off if the oldest record has waited so long. Must be well over buffer_seconds."
  type        = number
  default     = 900
}

variable "alarm_topic_arn" {
  description = "An SNS topic that alarms are sent to. Empty for none; they are shown in CloudWatch all the same."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags of everything that is made."
  type        = map(string)
  default     = {}
}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  tags      = merge({ pipeline = var.name }, var.tags)
}
