# ---------------------------------------------------------------- the table

variable "table_name" {
  description = "Name of the table, unique in its account and region. Another name is another table: Terraform would replace it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.table_name))
    error_message = "A table name has 3 to 255 characters: letters, digits, underscore, hyphen and dot."
  }
}

variable "environment" {
  description = "Environment that the table belongs to, as in prod or staging. It becomes the tag Environment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_-]{0,62}$", var.environment))
    error_message = "The environment begins with a letter and has at most 63 letters, digits, underscores and hyphens."
  }
}

variable "common_tags" {
  description = "Tags for everything that the module creates. The tag Environment is added, and wins over one given here."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.common_tags) : !startswith(lower(key), "aws:")])
    error_message = "Tag keys that begin with aws: belong to AWS."
  }

  validation {
    condition = alltrue([
      for key, value in var.common_tags :
      length(key) >= 1 && length(key) <= 128 && length(value) <= 256
    ])
    error_message = "A tag key has 1 to 128 characters, a tag value at most 256."
  }

  validation {
    condition     = length(setunion(keys(var.common_tags), ["Environment"])) <= 50
    error_message = "AWS allows 50 tags on a table, the tag Environment included."
  }
}

variable "billing_mode" {
  description = "PAY_PER_REQUEST (on demand), or PROVISIONED, which brings auto-scaling of the table and of every index."
  type        = string
  default     = "PAY_PER_REQUEST"
  nullable    = false

  validation {
    condition     = contains(["PAY_PER_REQUEST", "PROVISIONED"], var.billing_mode)
    error_message = "The billing mode is PAY_PER_REQUEST or PROVISIONED."
  }
}

variable "table_class" {
  description = "STANDARD, or STANDARD_INFREQUENT_ACCESS where storage costs more than throughput. AWS allows two changes in 30 days."
  type        = string
  default     = "STANDARD"
  nullable    = false

  validation {
    condition     = contains(["STANDARD", "STANDARD_INFREQUENT_ACCESS"], var.table_class)
    error_message = "The table class is STANDARD or STANDARD_INFREQUENT_ACCESS."
  }
}

variable "enable_deletion_protection" {
  description = "Whether AWS refuses to delete the table. Switch it off, and apply, before a destroy that is meant."
  type        = bool
  default     = true
  nullable    = false
}

variable "timeouts" {
  description = "How long Terraform waits for the table, as in \"90m\". Building an index on a large table takes longer than the provider's default of 60 minutes for an update."
  type = object({
    create = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default  = {}
  nullable = false
}

# ---------------------------------------------------------------- indexes

variable "created_at_index_partition_attribute" {
  description = "Null: createdAt-index is keyed by createdAt alone and answers \"created exactly then\". An attribute's name: the index is keyed by that attribute, which every item must carry with one constant value, and sorted by createdAt. Changing it rebuilds the index."
  type        = string
  default     = null

  validation {
    condition = (
      var.created_at_index_partition_attribute == null
      ? true
      : (
        length(var.created_at_index_partition_attribute) >= 1
        && length(var.created_at_index_partition_attribute) <= 255
        && var.created_at_index_partition_attribute != "createdAt"
      )
    )
    error_message = "The partition attribute is another attribute than createdAt, its name 1 to 255 characters long."
  }
}

variable "index_projections" {
  description = "What an index holds besides its keys, by index name: ALL (the default), KEYS_ONLY, or INCLUDE with non_key_attributes. Changing it rebuilds the index."
  type = map(object({
    projection_type    = string
    non_key_attributes = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.index_projections), local.index_names)) == 0
    error_message = "Name indexes of this table: ${join(", ", local.index_names)}."
  }

  validation {
    condition = alltrue([
      for index in values(var.index_projections) :
      contains(["ALL", "KEYS_ONLY", "INCLUDE"], index.projection_type)
    ])
    error_message = "A projection is ALL, KEYS_ONLY or INCLUDE."
  }

  validation {
    condition = alltrue([
      for index in values(var.index_projections) :
      (index.projection_type == "INCLUDE") == (length(index.non_key_attributes) > 0)
    ])
    error_message = "INCLUDE needs non_key_attributes; ALL and KEYS_ONLY cannot have them."
  }
}

# ---------------------------------------------------------------- data protection

variable "enable_point_in_time_recovery" {
  description = "Continuous backups, restorable to any second of the recovery period. Switching them off discards that history."
  type        = bool
  default     = true
  nullable    = false
}

variable "recovery_period_in_days" {
  description = "How far back point-in-time recovery reaches, 1 to 35 days. Shortening it discards the older history."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition = (
      var.recovery_period_in_days >= 1 && var.recovery_period_in_days <= 35
      && floor(var.recovery_period_in_days) == var.recovery_period_in_days
    )
    error_message = "The recovery period is a whole number of days from 1 to 35."
  }
}

variable "kms_key_arn" {
  description = "ARN of a customer-managed KMS key in the table's region. Null: the AWS-managed key alias/aws/dynamodb. AWS allows four changes a day."
  type        = string
  default     = null

  validation {
    condition = (
      var.kms_key_arn == null
      ? true
      : can(regex("^arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+$", var.kms_key_arn))
    )
    error_message = "Give the ARN of the key itself (arn:aws:kms:REGION:ACCOUNT:key/ID). An alias would never match what AWS reports."
  }
}

variable "ttl_attribute" {
  description = "Attribute that holds an item's time of expiry, in seconds since 1970; DynamoDB deletes items past it. Null: no TTL. To stop using TTL keep the attribute and set enable_ttl to false."
  type        = string
  default     = null

  validation {
    condition = (
      var.ttl_attribute == null
      ? true
      : length(var.ttl_attribute) >= 1 && length(var.ttl_attribute) <= 255
    )
    error_message = "An attribute's name has 1 to 255 characters."
  }

  validation {
    condition = (
      var.ttl_attribute == null ? true : !contains(local.key_attributes, var.ttl_attribute)
    )
    error_message = "The keys of this table are strings, a time of expiry is a number: ttl_attribute cannot be a key attribute."
  }
}

variable "enable_ttl" {
  description = "Whether items past their ttl_attribute are deleted. Without a ttl_attribute it has no effect."
  type        = bool
  default     = true
  nullable    = false
}

# ---------------------------------------------------------------- stream

variable "enable_streams" {
  description = "A stream of the table's changes, for event-driven processing. A stream that is switched off and on again has another ARN."
  type        = bool
  default     = true
  nullable    = false
}

variable "stream_view_type" {
  description = "What a stream record holds: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES. Changing it changes the stream's ARN."
  type        = string
  default     = "NEW_AND_OLD_IMAGES"
  nullable    = false

  validation {
    condition = contains(
      ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"], var.stream_view_type
    )
    error_message = "The stream view type is KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES."
  }
}

# ---------------------------------------------------------------- on-demand capacity

variable "on_demand_limits" {
  description = "Most request units per second that the table serves on demand: a ceiling on the bill, beyond which requests are throttled. -1 is no limit. Null leaves the table's limits as they are; to lift limits, set -1 first."
  type = object({
    read  = number
    write = number
  })
  default = null

  validation {
    condition = (
      var.on_demand_limits == null
      ? true
      : alltrue([for limit in values(var.on_demand_limits) : limit >= 1 || limit == -1])
    )
    error_message = "A limit is at least 1, or -1 for none."
  }

  validation {
    condition     = var.on_demand_limits == null || var.billing_mode == "PAY_PER_REQUEST"
    error_message = "on_demand_limits need billing_mode PAY_PER_REQUEST; autoscaling_read and autoscaling_write bound a provisioned table."
  }
}

variable "index_on_demand_limits" {
  description = "The same for indexes, by index name. An index that throttles writes throttles those of the table."
  type = map(object({
    read  = number
    write = number
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.index_on_demand_limits), local.index_names)) == 0
    error_message = "Name indexes of this table: ${join(", ", local.index_names)}."
  }

  validation {
    condition = alltrue(flatten([
      for limits in values(var.index_on_demand_limits) :
      [for limit in values(limits) : limit >= 1 || limit == -1]
    ]))
    error_message = "A limit is at least 1, or -1 for none."
  }

  validation {
    condition     = length(var.index_on_demand_limits) == 0 || var.billing_mode == "PAY_PER_REQUEST"
    error_message = "index_on_demand_limits need billing_mode PAY_PER_REQUEST; index_autoscaling bounds the indexes of a provisioned table."
  }
}

# ---------------------------------------------------------------- provisioned capacity

variable "autoscaling_read" {
  description = "Auto-scaling of read capacity, for the table and for each index that index_autoscaling does not name. PROVISIONED only. Utilization is in percent, cooldowns in seconds."
  type = object({
    min_capacity       = optional(number, 5)
    max_capacity       = optional(number, 100)
    target_utilization = optional(number, 70)
    scale_in_cooldown  = optional(number, 60)
    scale_out_cooldown = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.autoscaling_read.min_capacity >= 1
      && var.autoscaling_read.min_capacity <= var.autoscaling_read.max_capacity
    )
    error_message = "The minimum capacity is at least 1 and at most the maximum."
  }

  validation {
    condition = (
      var.autoscaling_read.target_utilization >= 20
      && var.autoscaling_read.target_utilization <= 90
    )
    error_message = "The target utilization is 20 to 90 percent."
  }

  validation {
    condition = (
      var.autoscaling_read.scale_in_cooldown >= 0 && var.autoscaling_read.scale_out_cooldown >= 0
    )
    error_message = "A cooldown is 0 seconds or more."
  }
}

variable "autoscaling_write" {
  description = "Auto-scaling of write capacity, as autoscaling_read."
  type = object({
    min_capacity       = optional(number, 5)
    max_capacity       = optional(number, 100)
    target_utilization = optional(number, 70)
    scale_in_cooldown  = optional(number, 60)
    scale_out_cooldown = optional(number, 60)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.autoscaling_write.min_capacity >= 1
      && var.autoscaling_write.min_capacity <= var.autoscaling_write.max_capacity
    )
    error_message = "The minimum capacity is at least 1 and at most the maximum."
  }

  validation {
    condition = (
      var.autoscaling_write.target_utilization >= 20
      && var.autoscaling_write.target_utilization <= 90
    )
    error_message = "The target utilization is 20 to 90 percent."
  }

  validation {
    condition = (
      var.autoscaling_write.scale_in_cooldown >= 0 && var.autoscaling_write.scale_out_cooldown >= 0
    )
    error_message = "A cooldown is 0 seconds or more."
  }
}

variable "index_autoscaling" {
  description = "Auto-scaling that differs for an index, by index name. What is left unset is as for the table."
  type = map(object({
    read = optional(object({
      min_capacity       = optional(number)
      max_capacity       = optional(number)
      target_utilization = optional(number)
      scale_in_cooldown  = optional(number)
      scale_out_cooldown = optional(number)
    }), {})
    write = optional(object({
      min_capacity       = optional(number)
      max_capacity       = optional(number)
      target_utilization = optional(number)
      scale_in_cooldown  = optional(number)
      scale_out_cooldown = optional(number)
    }), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.index_autoscaling), local.index_names)) == 0
    error_message = "Name indexes of this table: ${join(", ", local.index_names)}."
  }

  # Minimum against maximum is checked where the two are brought together, on
  # aws_appautoscaling_target.
  validation {
    condition = alltrue(flatten([
      for index in values(var.index_autoscaling) : [
        for settings in [index.read, index.write] : [
          coalesce(settings.min_capacity, 1) >= 1,
          coalesce(settings.target_utilization, 70) >= 20,
          coalesce(settings.target_utilization, 70) <= 90,
          coalesce(settings.scale_in_cooldown, 0) >= 0,
          coalesce(settings.scale_out_cooldown, 0) >= 0,
        ]
      ]
    ]))
    error_message = "The minimum capacity is at least 1, the target utilization 20 to 90 percent, a cooldown 0 seconds or more."
  }
}

variable "autoscaled_indexes" {
  description = "Names of indexes that exist already as provisioned indexes: Terraform then leaves their capacity to the autoscaler. An index that is created, rebuilt, or switched to PROVISIONED must not be among them. See \"Terraform and the autoscaler\" in the README."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.autoscaled_indexes, local.index_names)) == 0
    error_message = "Name indexes of this table: ${join(", ", local.index_names)}."
  }
}

# ---------------------------------------------------------------- monitoring

variable "enable_alarms" {
  description = "Whether to create the CloudWatch alarms that alarm_kinds names."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarm_kinds" {
  description = "Which alarms: consumed_capacity, throttling, system_errors, and account_user_errors. The last one watches the whole account and region, because user errors are not counted by table."
  type        = set(string)
  default     = ["consumed_capacity", "throttling", "system_errors"]
  nullable    = false

  validation {
    condition = length(setsubtract(
      var.alarm_kinds,
      ["consumed_capacity", "throttling", "system_errors", "account_user_errors"],
    )) == 0
    error_message = "Alarm kinds are consumed_capacity, throttling, system_errors and account_user_errors."
  }
}

variable "alarm_sns_topic_arns" {
  description = "SNS topics that hear of an alarm, and of its end."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for arn in var.alarm_sns_topic_arns : can(regex("^arn:[a-z0-9-]+:sns:", arn))
    ])
    error_message = "Give ARNs of SNS topics."
  }
}

variable "alarm_thresholds" {
  description = "When an alarm counts a period as bad. consumed_capacity_percent is of the ceiling: the autoscaling maximum, the on-demand limit, or on_demand_reference_units where there is none. The others are numbers of events in a period."
  type = object({
    consumed_capacity_percent = optional(number, 80)
    on_demand_reference_units = optional(number, 40000)
    throttle_events           = optional(number, 1)
    system_errors             = optional(number, 1)
    account_user_errors       = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for threshold in values(var.alarm_thresholds) : threshold > 0])
    error_message = "Thresholds are above 0."
  }
}

variable "alarm_evaluation" {
  description = "An alarm goes off when datapoints_to_alarm of the last evaluation_periods periods are bad."
  type = object({
    period_seconds      = optional(number, 60)
    evaluation_periods  = optional(number, 5)
    datapoints_to_alarm = optional(number, 3)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.alarm_evaluation.period_seconds >= 60 && var.alarm_evaluation.period_seconds % 60 == 0
    )
    error_message = "The period is a multiple of 60 seconds: DynamoDB reports once a minute."
  }

  validation {
    condition = (
      var.alarm_evaluation.datapoints_to_alarm >= 1
      && var.alarm_evaluation.datapoints_to_alarm <= var.alarm_evaluation.evaluation_periods
    )
    error_message = "datapoints_to_alarm is at least 1 and at most evaluation_periods."
  }

  validation {
    condition = (
      var.alarm_evaluation.period_seconds * var.alarm_evaluation.evaluation_periods <= 86400
    )
    error_message = "An alarm looks back one day at most: period_seconds times evaluation_periods is at most 86400."
  }
}

variable "alarm_operations" {
  description = "Operations whose system errors are added up, at most the ten that one alarm can hold. AWS counts system errors by operation, never by table alone."
  type        = set(string)
  default = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
  ]
  nullable = false

  validation {
    condition     = length(var.alarm_operations) >= 1 && length(var.alarm_operations) <= 10
    error_message = "Name 1 to 10 operations: an alarm can read ten metrics."
  }

  validation {
    condition = alltrue([
      for operation in var.alarm_operations : can(regex("^[A-Z][a-zA-Z]+$", operation))
    ])
    error_message = "An operation is named as in the DynamoDB API, for example GetItem."
  }
}
