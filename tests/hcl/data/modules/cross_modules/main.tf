module "names" {
  source = "./names"
  seed   = "base"
  back   = module.tables.main
}

module "tables" {
  source = "./tables"
  main   = module.names.main
}

resource "aws_dynamodb_table" "after" {
  name         = "${module.tables.main}-${module.names.echo}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}
