resource "aws_kms_key" "this" {
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

resource "aws_sns_topic" "this" {
  name              = "topic-${aws_kms_key.this.deletion_window_in_days}"
  kms_master_key_id = aws_kms_key.this.key_id
}

resource "aws_iam_role" "this" {
  name               = "role"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_s3_bucket" "this" {
  count  = 2
  bucket = "bucket-${count.index}"
}

resource "aws_sqs_queue" "this" {
  for_each = toset(["a", "b"])
  name     = "queue-${each.key}"
}

resource "aws_cloudwatch_log_group" "this" {
  name = "/x"
}

resource "aws_dynamodb_table" "this" {
  name         = "names"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Rotation  = aws_kms_key.this.enable_key_rotation
    Usage     = aws_kms_key.this.key_usage
    Topic     = aws_sns_topic.this.name
    Fifo      = aws_sns_topic.this.fifo_topic
    Role      = aws_iam_role.this.name
    Path      = aws_iam_role.this.path
    Buckets   = join(",", aws_s3_bucket.this[*].bucket)
    Force     = aws_s3_bucket.this[1].force_destroy
    Queues    = join(",", [for q in aws_sqs_queue.this : q.name])
    Visible   = aws_sqs_queue.this["a"].visibility_timeout_seconds
    Retention = aws_cloudwatch_log_group.this.retention_in_days
  }
}
