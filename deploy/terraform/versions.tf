# Brings CloudFront requests, CloudWatch logs and metrics to a Cistern server by Amazon Data Firehose.
#
# Made by: cistern aws template --form terraform --signal realtime,standard,logs,metrics --url https://logs.example.com
# <file>
#
# In deploy/terraform every signal is a file; without its file, and without its name in alarms.tf, the others work.
# What stands between <signal> and </signal> is of that signal too. The command prints the files that were asked for as one.
# </file>

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
