variable "on" {
  type    = bool
  default = true
}

resource "aws_dynamodb_table" "streams_off" {
  name         = "streams-off"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  stream_enabled   = !var.on
  stream_view_type = var.on ? "" : "NEW_IMAGE"
}

resource "aws_dynamodb_table" "class" {
  name         = "class"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  table_class = "STANDARD"
  deletion_protection_enabled = var.on
}

resource "aws_dynamodb_table" "ia" {
  name         = "ia"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  table_class = "STANDARD_INFREQUENT_ACCESS"
  deletion_protection_enabled = !var.on
}

resource "aws_dynamodb_table" "recovery" {
  name         = "recovery"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled                 = var.on
    recovery_period_in_days = 14
  }
}

resource "aws_dynamodb_table" "recovery_off" {
  name         = "recovery-off"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled                 = !var.on
    recovery_period_in_days = 14
  }
}

resource "aws_dynamodb_table" "ttl_off" {
  name         = "ttl-off"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  ttl {
    enabled        = !var.on
    attribute_name = "at"
  }
}

resource "aws_dynamodb_table" "ttl_empty" {
  name         = "ttl-empty"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  ttl {
    enabled        = false
    attribute_name = ""
  }
}

resource "aws_dynamodb_table" "ttl" {
  name         = "ttl"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  ttl {
    attribute_name = "at"
    enabled        = tobool("true")
  }
}

resource "aws_dynamodb_table" "limits" {
  name         = "limits"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  on_demand_throughput {
    max_read_request_units  = 100
    max_write_request_units = "50"
  }
}

resource "aws_dynamodb_table" "one_limit" {
  name         = "one-limit"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  on_demand_throughput {
    max_write_request_units = -1
  }
}

resource "aws_dynamodb_table" "provisioned" {
  name           = "provisioned"
  read_capacity  = "5"
  write_capacity = 1e1
  hash_key       = "a"
  range_key      = "b"
  attribute {
    name = "b"
    type = "N"
  }
  attribute {
    name = "a"
    type = "S"
  }
  attribute {
    name = "c"
    type = "B"
  }
  local_secondary_index {
    name               = "local"
    range_key          = "c"
    projection_type    = "INCLUDE"
    non_key_attributes = ["z", "a", "z"]
  }
  local_secondary_index {
    name            = "all"
    range_key       = "c"
    projection_type = "ALL"
  }
  global_secondary_index {
    name            = "global"
    hash_key        = "c"
    range_key       = ""
    projection_type = "KEYS_ONLY"
    read_capacity   = 2
    write_capacity  = 3
  }
  global_secondary_index {
    name               = "another"
    hash_key           = "b"
    range_key          = "a"
    projection_type    = "INCLUDE"
    non_key_attributes = ["y", "x"]
    read_capacity      = 2
    write_capacity     = 3
  }
  timeouts {}
}

resource "aws_dynamodb_table" "imported" {
  name         = "imported"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  import_table {
    input_format           = "DYNAMODB_JSON"
    input_compression_type = "GZIP"
    s3_bucket_source {
      bucket     = "exports"
      key_prefix = "a/b"
    }
  }
}

resource "aws_dynamodb_table" "restored" {
  name                     = "restored"
  restore_source_table_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/x"
  restore_date_time        = "2024-01-02T03:04:05Z"
}
