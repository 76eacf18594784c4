module "env" {
  source   = "./env"
  for_each = { dev = { tables = ["a"] }, prod = { tables = ["a", "b"] } }
  name     = each.key
  tables   = each.value.tables
}

resource "aws_dynamodb_table" "summary" {
  name         = "summary"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    for env, m in module.env : env => join(",", m.names)
  }
}
