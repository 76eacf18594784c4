
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Empty = "", kube_x = "1", drop = "2", Keep = "3" }
  }
  ignore_tags {
    keys         = ["drop", "own"]
    key_prefixes = ["kube_"]
  }
}
provider "aws" {
  alias  = "d"
  region = "eu-west-1"
  default_tags {
    tags = { drop = "2" }
  }
  ignore_tags {
    keys = ["drop"]
  }
}
provider "aws" {
  alias  = "e"
  region = "eu-west-1"
  default_tags {
    tags = { E = "", F = null }
  }
}
provider "aws" {
  alias  = "f"
  region = "eu-west-1"
  ignore_tags {
    keys = ["a"]
  }
}
provider "aws" {
  alias  = "g"
  region = "eu-west-1"
  default_tags {}
}
resource "aws_dynamodb_table" "t1" {
  name         = "t1"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }

}
resource "aws_dynamodb_table" "t2" {
  name         = "t2"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { own = "x", b = "y" }

}
resource "aws_dynamodb_table" "t3" {
  name         = "t3"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { Empty = "full" }

}
resource "aws_dynamodb_table" "t4" {
  name         = "t4"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { b = "" }

}
resource "aws_dynamodb_table" "t5" {
  name         = "t5"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags = {}

}
resource "aws_dynamodb_table" "t6" {
  name         = "t6"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { drop = "mine", kube_y = "z" }

}
resource "aws_dynamodb_table" "t7" {
  name         = "t7"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { b = null }

}
resource "aws_dynamodb_table" "d0" {
  name         = "d0"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  provider = aws.d

}
resource "aws_dynamodb_table" "d1" {
  name         = "d1"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x" }
  provider = aws.d

}
resource "aws_dynamodb_table" "d2" {
  name         = "d2"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "" }
  provider = aws.d

}
resource "aws_dynamodb_table" "d3" {
  name         = "d3"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = {}
  provider = aws.d

}
resource "aws_dynamodb_table" "d4" {
  name         = "d4"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = null }
  provider = aws.d

}
resource "aws_dynamodb_table" "d5" {
  name         = "d5"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { E = "y" }
  provider = aws.d

}
resource "aws_dynamodb_table" "d6" {
  name         = "d6"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x", b = "" }
  provider = aws.d

}
resource "aws_dynamodb_table" "e0" {
  name         = "e0"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  provider = aws.e

}
resource "aws_dynamodb_table" "e1" {
  name         = "e1"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x" }
  provider = aws.e

}
resource "aws_dynamodb_table" "e2" {
  name         = "e2"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "" }
  provider = aws.e

}
resource "aws_dynamodb_table" "e3" {
  name         = "e3"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = {}
  provider = aws.e

}
resource "aws_dynamodb_table" "e4" {
  name         = "e4"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = null }
  provider = aws.e

}
resource "aws_dynamodb_table" "e5" {
  name         = "e5"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { E = "y" }
  provider = aws.e

}
resource "aws_dynamodb_table" "e6" {
  name         = "e6"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x", b = "" }
  provider = aws.e

}
resource "aws_dynamodb_table" "f0" {
  name         = "f0"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  provider = aws.f

}
resource "aws_dynamodb_table" "f1" {
  name         = "f1"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x" }
  provider = aws.f

}
resource "aws_dynamodb_table" "f2" {
  name         = "f2"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "" }
  provider = aws.f

}
resource "aws_dynamodb_table" "f3" {
  name         = "f3"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = {}
  provider = aws.f

}
resource "aws_dynamodb_table" "f4" {
  name         = "f4"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = null }
  provider = aws.f

}
resource "aws_dynamodb_table" "f5" {
  name         = "f5"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { E = "y" }
  provider = aws.f

}
resource "aws_dynamodb_table" "f6" {
  name         = "f6"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x", b = "" }
  provider = aws.f

}
resource "aws_dynamodb_table" "g0" {
  name         = "g0"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  provider = aws.g

}
resource "aws_dynamodb_table" "g1" {
  name         = "g1"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x" }
  provider = aws.g

}
resource "aws_dynamodb_table" "g2" {
  name         = "g2"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "" }
  provider = aws.g

}
resource "aws_dynamodb_table" "g3" {
  name         = "g3"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = {}
  provider = aws.g

}
resource "aws_dynamodb_table" "g4" {
  name         = "g4"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = null }
  provider = aws.g

}
resource "aws_dynamodb_table" "g5" {
  name         = "g5"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { E = "y" }
  provider = aws.g

}
resource "aws_dynamodb_table" "g6" {
  name         = "g6"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  tags     = { a = "x", b = "" }
  provider = aws.g

}
