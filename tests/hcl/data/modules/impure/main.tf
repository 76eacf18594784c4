variable "password" {
  default   = "p"
  sensitive = true
}

resource "aws_dynamodb_table" "time" {
  name         = "time"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = { At = timestamp(), Fixed = "x" }
}

resource "aws_dynamodb_table" "uuid" {
  name         = "uuid-${uuid()}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "planned" {
  name         = "planned"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Fixed = timeadd("2024-01-01T00:00:00Z", "24h")
    Id    = uuidv5("dns", "example.com")
    Hash  = md5(nonsensitive(var.password))
    B64   = base64encode("ünï")
    Url   = urlencode("a b&c")
    Cidr  = cidrsubnet("10.0.0.0/8", 8, 2)
  }
}
