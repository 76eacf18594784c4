provider "aws" {
  default_tags {
    tags = {
      A = "default"
      B = "default"
    }
  }
}

variable "secret" {
  sensitive = true
  default   = "s3cret"
}

resource "terraform_data" "id" {
  input = "x"
}

resource "aws_dynamodb_table" "same" {
  name         = "same"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { A = "default" }
}

resource "aws_dynamodb_table" "nulls" {
  name         = "nulls"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { A = null, C = null, D = "d" }
}

resource "aws_dynamodb_table" "allnull" {
  name         = "allnull"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { C = null }
}

resource "aws_dynamodb_table" "empty" {
  name         = "empty"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { C = "" }
}

resource "aws_dynamodb_table" "none" {
  name         = "none"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {}
}

resource "aws_dynamodb_table" "null" {
  name         = "null"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = null
}

resource "aws_dynamodb_table" "unknown" {
  name         = "unknown"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { C = terraform_data.id.id, D = "d" }
}

resource "aws_dynamodb_table" "numbers" {
  name         = "numbers"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { I = 1, F = 2.50, B = true, E = 1e3, Big = 12345678901234567890 }
}

resource "aws_dynamodb_table" "unicode" {
  name         = "unicode"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { "clé" = "valeur – ünï", "emoji" = "🚀", "esc" = "a\tb\"c\\d$${x}" }
}
