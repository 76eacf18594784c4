resource "aws_dynamodb_table" "this" {
  name         = "t-${terraform.workspace}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Default = terraform.workspace == "default" ? "yes" : "no"
    Cwd     = basename(path.cwd) != "" ? "set" : "unset"
    Module  = path.module
  }
}

resource "aws_dynamodb_table" "lookup" {
  name         = lookup({ default = "d", prod = "p" }, terraform.workspace, "other")
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
