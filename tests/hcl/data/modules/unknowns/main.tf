resource "terraform_data" "id" {
  input = "x"
}

resource "aws_kms_key" "main" {
  description = "main"
}

resource "aws_kms_alias" "main" {
  name          = "alias/main"
  target_key_id = aws_kms_key.main.key_id
}

variable "encrypt" {
  default = true
}

resource "aws_dynamodb_table" "encrypted" {
  name         = "encrypted-${terraform_data.id.id}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  server_side_encryption {
    enabled     = var.encrypt
    kms_key_arn = var.encrypt ? aws_kms_key.main.arn : null
  }
}

resource "aws_dynamodb_table" "off" {
  name         = "off"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  server_side_encryption {
    enabled     = !var.encrypt
    kms_key_arn = var.encrypt ? null : aws_kms_key.main.arn
  }
}

resource "aws_dynamodb_table" "derived" {
  name         = "derived"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  stream_enabled   = terraform_data.id.id != ""
  stream_view_type = "NEW_IMAGE"
  tags = {
    Arn    = aws_dynamodb_table.off.arn
    Alias  = aws_kms_alias.main.name
    Region = split(":", aws_dynamodb_table.off.arn)[3]
  }
}

resource "aws_dynamodb_table" "dynamic" {
  name         = "dynamic"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  dynamic "ttl" {
    for_each = split(",", terraform_data.id.id)
    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }
}

resource "aws_appautoscaling_target" "this" {
  min_capacity       = length(aws_kms_key.main.arn)
  max_capacity       = 10
  resource_id        = "table/${aws_dynamodb_table.encrypted.name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  service_namespace  = "dynamodb"
}

resource "aws_dynamodb_kinesis_streaming_destination" "this" {
  table_name = aws_dynamodb_table.off.id
  stream_arn = aws_kinesis_stream.this.arn
}

resource "aws_kinesis_stream" "this" {
  name             = "changes"
  shard_count      = 1
}

resource "aws_dynamodb_contributor_insights" "this" {
  table_name = aws_dynamodb_table.off.name
  index_name = terraform_data.id.output
}

resource "aws_dynamodb_tag" "this" {
  resource_arn = aws_dynamodb_table.off.arn
  key          = "k"
  value        = aws_dynamodb_table.off.billing_mode
}
