# An invoice table on demand: nothing to size, pay by the request. Invoices
# expire, changes go to a stream, and the people on call hear of trouble.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Region of the table."
  type        = string
  default     = "eu-west-1"
}

resource "aws_sns_topic" "on_call" {
  name = "invoices-on-call"
}

module "invoices" {
  source = "../.."

  table_name  = "invoices"
  environment = "staging"
  common_tags = { Owner = "billing" }

  ttl_attribute = "expiresAt"

  # A ceiling on the bill, well above what is expected.
  on_demand_limits = { read = 4000, write = 1000 }

  enable_alarms        = true
  alarm_sns_topic_arns = [aws_sns_topic.on_call.arn]

  # So that the example can be taken down again; leave it on in earnest.
  enable_deletion_protection = false
}

output "table_arn" {
  description = "ARN of the table."
  value       = module.invoices.table_arn
}

output "stream_arn" {
  description = "ARN of the stream, for event source mappings."
  value       = module.invoices.stream_arn
}
