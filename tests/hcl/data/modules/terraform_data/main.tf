resource "terraform_data" "names" {
  count = 2
  input = "n${count.index}"
}

resource "terraform_data" "keyed" {
  for_each = { a = { size = 1 }, b = { size = 2 } }
  input    = each.value
  triggers_replace = [each.key]
}

resource "terraform_data" "empty" {}

resource "aws_dynamodb_table" "this" {
  name         = "terraform-data"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Splat   = join(",", terraform_data.names[*].input)
    Index   = terraform_data.names[1].input
    Keyed   = join(",", [for k, d in terraform_data.keyed : "${k}${d.input.size}"])
    Trigger = terraform_data.keyed["a"].triggers_replace[0]
    Null    = terraform_data.empty.output == null ? "null" : "set"
    Values  = sum(values(terraform_data.keyed)[*].input.size)
    Length  = length(terraform_data.names)
  }
}

resource "aws_dynamodb_table" "unknown" {
  name         = "unknown"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { Out = terraform_data.names[0].output }
}
