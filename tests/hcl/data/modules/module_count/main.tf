variable "regions" {
  default = ["eu", "us"]
}

module "table" {
  count  = length(var.regions)
  source = "./table"
  name   = "t-${var.regions[count.index]}"
}

module "none" {
  count  = 0
  source = "./table"
  name   = "none"
}

resource "aws_dynamodb_table" "summary" {
  name         = join("-", module.table[*].name)
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Last = module.table[1].name
    None = length(module.none)
    Try  = try(module.none[0].name, "absent")
  }
}
