locals {
  names = ["b", "a", "ä", "B", "a"]
}

resource "aws_dynamodb_table" "this" {
  name         = each.value
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  for_each = toset(local.names)
  tags = {
    Key   = each.key
    Count = length(toset(local.names))
  }
}

resource "aws_dynamodb_tag" "extra" {
  for_each = {
    for pair in setproduct(keys(aws_dynamodb_table.this), ["env", "team"]) :
    join(".", pair) => { table = pair[0], key = pair[1] }
  }
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/${each.value.table}"
  key          = each.value.key
  value        = index(["env", "team"], each.value.key)
}
