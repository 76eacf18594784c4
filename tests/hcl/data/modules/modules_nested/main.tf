module "store" {
  source = "./modules/store"
  prefix = "shop"
  tables = ["cart", "order"]
}

resource "aws_dynamodb_table" "audit" {
  name         = "${module.store.names["cart"]}-audit"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Path  = path.module
    Root  = path.root
    Inner = module.store.path
    All   = jsonencode(module.store.names)
  }
}
