terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
data "aws_region" "this" {}
data "aws_partition" "this" {
  provider = aws.other
}

resource "aws_dynamodb_table" "main" {
  name         = "main-${data.aws_region.this.name}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "other" {
  name         = "other-${data.aws_partition.this.partition}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  provider = aws.other
}
