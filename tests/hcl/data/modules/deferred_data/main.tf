resource "aws_dynamodb_table" "this" {
  name         = "this"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "none" {
  name         = "none"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  count = 0
}

data "aws_partition" "p" {}

data "aws_iam_policy_document" "own" {
  statement {
    actions   = ["a:own"]
    resources = ["*"]
  }
  depends_on = [aws_dynamodb_table.this]
}

data "aws_iam_policy_document" "data_only" {
  statement {
    actions   = ["a:data"]
    resources = ["*"]
  }
  depends_on = [data.aws_partition.p]
}

data "aws_iam_policy_document" "zero" {
  statement {
    actions   = ["a:zero"]
    resources = ["*"]
  }
  depends_on = [aws_dynamodb_table.none]
}

data "aws_iam_policy_document" "empty_module" {
  statement {
    actions   = ["a:empty"]
    resources = ["*"]
  }
  depends_on = [module.nothing]
}

data "aws_iam_policy_document" "full_module" {
  statement {
    actions   = ["a:full"]
    resources = ["*"]
  }
  depends_on = [module.inner]
}

module "nothing" {
  source = "./nothing"
}

module "inner" {
  source = "./inner"
}

module "waits" {
  source     = "./inner"
  depends_on = [aws_dynamodb_table.this]
}

resource "aws_dynamodb_resource_policy" "this" {
  for_each = {
    own  = data.aws_iam_policy_document.own.json
    data = data.aws_iam_policy_document.data_only.json
    zero = data.aws_iam_policy_document.zero.json
    none = data.aws_iam_policy_document.empty_module.json
    full = data.aws_iam_policy_document.full_module.json
    in   = module.inner.json
    wait = module.waits.json
  }
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/${each.key}"
  policy       = each.value
}
