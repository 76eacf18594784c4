provider "aws" {
  region = var.region
  default_tags {
    tags = local.tags
  }
}

variable "region" {
  default = "eu-central-1"
}

locals {
  tags = { Region = var.region, From = "default" }
}

data "aws_region" "this" {}
data "aws_partition" "this" {}
data "aws_default_tags" "this" {}
data "aws_caller_identity" "this" {}
data "aws_arn" "this" {
  arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/x/index/y"
}
data "aws_region" "named" {
  name = "us-west-2"
}

resource "aws_dynamodb_table" "this" {
  name         = "r-${data.aws_region.this.name}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    From        = "own"
    Description = data.aws_region.this.description
    Endpoint    = data.aws_region.this.endpoint
    Id          = data.aws_region.this.id
    Partition   = data.aws_partition.this.partition
    Suffix      = data.aws_partition.this.dns_suffix
    Reverse     = data.aws_partition.this.reverse_dns_prefix
    Defaults    = jsonencode(data.aws_default_tags.this.tags)
    Account     = data.aws_caller_identity.this.account_id
    Parts       = join("|", [data.aws_arn.this.partition, data.aws_arn.this.service, data.aws_arn.this.region, data.aws_arn.this.account, data.aws_arn.this.resource])
    Named       = data.aws_region.named.description
  }
}
