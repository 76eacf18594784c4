data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["a:inner"]
    resources = ["*"]
  }
}

resource "aws_dynamodb_table" "t" {
  name         = "inner"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

output "json" {
  value = data.aws_iam_policy_document.d.json
}
