# What plan.json was made from, with Terraform 1.11 and provider 5.100:
#   terraform init && terraform plan -refresh=false -out p.bin && terraform show -json p.bin
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

provider "aws" {
  region                      = var.region
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  default_tags {
    tags = { Team = "billing" }
  }
}

provider "aws" {
  alias                       = "west"
  region                      = "us-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

resource "aws_kms_key" "main" {}

module "tables" {
  source   = "./table"
  for_each = toset(["invoices", "orders"])

  name    = each.key
  key_arn = each.key == "orders" ? aws_kms_key.main.arn : null
  scaled  = each.key == "orders"
}

resource "aws_dynamodb_table" "west" {
  provider     = aws.west
  name         = "invoices"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.main.arn
  }

  tags = { Secret = sensitive("x") }
}

resource "aws_dynamodb_tag" "west" {
  provider     = aws.west
  resource_arn = aws_dynamodb_table.west.arn
  key          = "Extra"
  value        = "1"
}
