variable "any" {
  type    = any
  default = { a = 1, b = "x" }
}

variable "untyped" {
  default = [1, "two", true]
}

variable "strings" {
  type    = list(string)
  default = [1, true, "x", 1.50]
}

variable "limits" {
  type = object({
    min = number
    max = optional(number, 10)
    nested = optional(object({
      flag = optional(bool, true)
      list = optional(list(string), ["d"])
    }), {})
  })
  default = { min = "2" }
  validation {
    condition     = var.limits.min <= var.limits.max
    error_message = "Minimum over maximum."
  }
  validation {
    condition     = var.limits.max < length(var.strings) * 100
    error_message = "Refers to another variable."
  }
}

variable "not_null" {
  type     = string
  default  = "fallback"
  nullable = false
}

variable "tuple" {
  type    = tuple([string, number, bool])
  default = [1, "2", "true"]
}

variable "set" {
  type    = set(number)
  default = ["3", 1, 2, 1]
}

variable "maps" {
  type    = map(map(number))
  default = { x = { y = "5" } }
}

module "nulls" {
  source   = "./m"
  not_null = null
  nullable = null
  object   = { name = "o", extra = "dropped" }
}

resource "aws_dynamodb_table" "this" {
  name         = "variables"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Any     = jsonencode(var.any)
    Untyped = jsonencode(var.untyped)
    Strings = join("|", var.strings)
    Limits  = jsonencode(var.limits)
    NotNull = var.not_null
    Tuple   = jsonencode(var.tuple)
    Set     = jsonencode(var.set)
    Maps    = jsonencode(var.maps)
    Nulls   = module.nulls.summary
  }
}
