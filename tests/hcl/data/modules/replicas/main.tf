variable "replicas" {
  default = ["us-east-1", "ap-southeast-2"]
}

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "replica"
  region = "eu-central-1"
}

resource "aws_dynamodb_table" "global" {
  name             = "global"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
  attribute {
    name = "id"
    type = "S"
  }
  dynamic "replica" {
    for_each = var.replicas
    content {
      region_name            = replica.value
      point_in_time_recovery = replica.key == 0
      propagate_tags         = replica.key == 0 ? null : true
    }
  }
  timeouts {
    create = "90m"
  }
}

resource "aws_dynamodb_table_replica" "this" {
  provider                    = aws.replica
  global_table_arn            = "arn:aws:dynamodb:eu-west-1:123456789012:table/other"
  point_in_time_recovery      = true
  deletion_protection_enabled = true
  table_class_override        = "STANDARD_INFREQUENT_ACCESS"
  tags                        = { Replica = "yes" }
}

resource "aws_dynamodb_table_replica" "unknown" {
  provider         = aws.replica
  global_table_arn = aws_dynamodb_table.global.arn
}
