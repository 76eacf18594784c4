# An invoice table with provisioned capacity that follows the load, encrypted
# with a key of one's own.

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

variable "autoscaled_indexes" {
  description = "Indexes that have been created, and whose capacity is the autoscaler's from now on. Empty for the first apply."
  type        = set(string)
  default     = []
}

resource "aws_kms_key" "invoices" {
  description             = "Encrypts the invoice table"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

module "invoices" {
  source = "../.."

  table_name  = "invoices"
  environment = "production"
  common_tags = { Owner = "billing" }

  billing_mode      = "PROVISIONED"
  autoscaling_read  = { min_capacity = 10, max_capacity = 500 }
  autoscaling_write = { min_capacity = 5, max_capacity = 200 }

  index_autoscaling = {
    # Read by a monthly report only.
    "createdAt-index" = { read = { min_capacity = 1, max_capacity = 50 } }
  }
  autoscaled_indexes = var.autoscaled_indexes

  # Invoices by creation date, in order; see the README on what that costs.
  created_at_index_partition_attribute = "entityType"

  kms_key_arn = aws_kms_key.invoices.arn

  # So that the example can be taken down again; leave it on in earnest.
  enable_deletion_protection = false
}

output "table_arn" {
  description = "ARN of the table."
  value       = module.invoices.table_arn
}

output "autoscaling_targets" {
  description = "Between what the capacity of the table and of its indexes moves."
  value       = module.invoices.autoscaling_targets
}
