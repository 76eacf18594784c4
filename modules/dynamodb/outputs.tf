output "table_name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "table_arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.this.arn
}

output "table_id" {
  description = "The provider's identifier of the table, which is its name; for `terraform import`."
  value       = aws_dynamodb_table.this.id
}

output "billing_mode" {
  description = "Billing mode in force."
  value       = aws_dynamodb_table.this.billing_mode
}

output "hash_key" {
  description = "Partition key of the table."
  value       = aws_dynamodb_table.this.hash_key
}

output "stream_arn" {
  description = "ARN of the stream, null without one. It changes whenever the stream is switched off and on."
  # AWS goes on reporting the last stream after it was switched off.
  value = var.enable_streams ? aws_dynamodb_table.this.stream_arn : null
}

output "kms_key_arn" {
  description = "The customer-managed key of the table, null with the AWS-managed one."
  value       = var.kms_key_arn
}

output "index_names" {
  description = "Names of the global secondary indexes."
  value       = local.index_names
}

output "index_arns" {
  description = "ARNs of the global secondary indexes by name, for IAM policies."
  value       = { for name in local.index_names : name => "${aws_dynamodb_table.this.arn}/index/${name}" }
}

output "index_keys" {
  description = "Partition key and sort key of each index; the sort key is \"\" where there is none."
  value       = local.index_keys
}

output "autoscaling_targets" {
  description = "Scaling targets by \"table/read\", \"table/write\", \"INDEX/read\" and \"INDEX/write\": resource_id, scalable_dimension, min_capacity, max_capacity. Empty on demand."
  value = {
    for key, target in aws_appautoscaling_target.this : key => {
      resource_id        = target.resource_id
      scalable_dimension = target.scalable_dimension
      min_capacity       = target.min_capacity
      max_capacity       = target.max_capacity
    }
  }
}

output "autoscaling_policy_arns" {
  description = "ARNs of the scaling policies, by the same keys."
  value       = { for key, policy in aws_appautoscaling_policy.this : key => policy.arn }
}

output "alarm_arns" {
  description = "ARNs of the CloudWatch alarms by name."
  value = {
    for alarm in concat(
      values(aws_cloudwatch_metric_alarm.consumed_capacity),
      values(aws_cloudwatch_metric_alarm.throttling),
      values(aws_cloudwatch_metric_alarm.system_errors),
      values(aws_cloudwatch_metric_alarm.account_user_errors),
    ) : alarm.alarm_name => alarm.arn
  }
}

output "tags" {
  description = "Tags of the table, those of the provider's default_tags included."
  value       = aws_dynamodb_table.this.tags_all
}
