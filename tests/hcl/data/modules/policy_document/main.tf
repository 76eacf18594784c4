data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  arn = "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:table/x"
}

data "aws_iam_policy_document" "base" {
  policy_id = "base"
  statement {
    sid       = "Read"
    actions   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
    resources = [local.arn, "${local.arn}/index/*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111111111111:role/b", "arn:aws:iam::111111111111:role/a"]
    }
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
  statement {
    effect      = "Deny"
    not_actions = ["dynamodb:DescribeTable"]
    resources   = ["*"]
    not_principals {
      type        = "AWS"
      identifiers = ["222222222222"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-1", "o-0"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "aws:username"
      values   = ["&{aws:username}", "<b>&"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "aws:username"
      values   = ["second"]
    }
  }
}

data "aws_iam_policy_document" "merged" {
  source_policy_documents = [data.aws_iam_policy_document.base.json, jsonencode({
    Version = "2008-10-17"
    Statement = [{
      Sid       = "FromJson"
      Effect    = "Allow"
      Action    = ["b:X", "a:Y"]
      Principal = "*"
      Resource  = local.arn
      Condition = { Null = { "aws:x" = ["true"] }, Bool = { "aws:y" = true } }
    }]
  })]
  statement {
    actions   = ["dynamodb:*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
  override_policy_documents = [jsonencode({
    Statement = [{ Sid = "Read", Effect = "Deny", Action = "dynamodb:GetItem", Resource = "*", Principal = { AWS = ["1", "3", "2"] } }]
  })]
}

data "aws_iam_policy_document" "same_type" {
  statement {
    actions   = ["dynamodb:*"]
    resources = ["*"]
    dynamic "principals" {
      for_each = ["111111111111", "222222222222", "333333333333", "444444444444"]
      content {
        type        = "AWS"
        identifiers = [principals.value]
      }
    }
    dynamic "principals" {
      for_each = [["x", "y"], ["b", "a", "c"]]
      content {
        type        = "Service"
        identifiers = principals.value
      }
    }
  }
}

resource "aws_dynamodb_resource_policy" "base" {
  resource_arn = local.arn
  policy       = data.aws_iam_policy_document.base.json
}

resource "aws_dynamodb_resource_policy" "merged" {
  resource_arn = local.arn
  policy       = data.aws_iam_policy_document.merged.json
}

resource "aws_dynamodb_resource_policy" "minified" {
  resource_arn = local.arn
  policy       = data.aws_iam_policy_document.merged.minified_json
}

resource "aws_dynamodb_resource_policy" "same_type" {
  resource_arn                        = local.arn
  policy                              = data.aws_iam_policy_document.same_type.json
  confirm_remove_self_resource_access = true
}

resource "aws_dynamodb_resource_policy" "unknown" {
  resource_arn = aws_dynamodb_table.this.arn
  policy       = data.aws_iam_policy_document.unknown.json
}

data "aws_iam_policy_document" "unknown" {
  statement {
    actions   = ["dynamodb:*"]
    resources = [aws_dynamodb_table.this.arn]
  }
}

data "aws_iam_policy_document" "deferred" {
  statement {
    actions   = ["dynamodb:*"]
    resources = ["*"]
  }
  depends_on = [aws_dynamodb_table.this]
}

resource "aws_dynamodb_table" "this" {
  name         = "x"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_resource_policy" "deferred" {
  resource_arn = local.arn
  policy       = data.aws_iam_policy_document.deferred.json
}
