provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
resource "aws_dynamodb_table" "this" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  stream_enabled   = true
  stream_view_type = "KEYS_ONLY"
  deletion_protection_enabled = false
}
resource "aws_dynamodb_table" "new" {
  name         = "moved"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  attribute {
    name = "pk"
    type = "S"
  }
}
moved {
  from = aws_dynamodb_table.old
  to   = aws_dynamodb_table.new
}
resource "aws_dynamodb_table" "fresh" {
  name         = "fresh"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  attribute {
    name = "pk"
    type = "S"
  }
}
removed {
  from = aws_dynamodb_table.kept
  lifecycle {
    destroy = false
  }
}
