module "secrets" {
  source = "./m"
  token  = "t0ken"
}

resource "aws_dynamodb_table" "this" {
  name         = "sensitive-module"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Open  = module.secrets.open
    Token = module.secrets.token
    Len   = nonsensitive(length(module.secrets.token))
  }
  point_in_time_recovery {
    enabled = module.secrets.flag
  }
}

resource "aws_dynamodb_table" "counted" {
  name         = "counted-${count.index}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  count = nonsensitive(module.secrets.number)
}
