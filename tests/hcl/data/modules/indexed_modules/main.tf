module "a" {
  count  = 2
  source = "./m"
  seed   = "a${count.index}"
  other  = count.index == 0 ? "" : module.b["x"].first
}

module "b" {
  for_each = { x = "one", y = "two" }
  source   = "./m"
  seed     = each.value
  other    = "none"
}

resource "aws_dynamodb_table" "this" {
  name         = "${module.a[1].second}-${module.b["y"].first}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { for k, m in module.b : k => m.second }
}
