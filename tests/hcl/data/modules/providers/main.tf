provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = {
      Owner = "platform"
      Stage = terraform.workspace
    }
  }
}

provider "aws" {
  alias  = "us"
  region = local.second
  default_tags {
    tags = merge({ Owner = "platform" }, { Region = local.second })
  }
}

locals {
  second = "us-east-1"
}

resource "aws_dynamodb_table" "home" {
  name         = "home"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Owner = "me"
    Name  = "home"
  }
}

resource "aws_dynamodb_table" "away" {
  name         = "away"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  provider = aws.us
}

module "both" {
  source = "./both"
  providers = {
    aws       = aws.us
    aws.other = aws
  }
}

data "aws_region" "here" {}
data "aws_region" "there" {
  provider = aws.us
}

resource "aws_dynamodb_table" "places" {
  name         = "${data.aws_region.here.name}-${data.aws_region.there.name}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
