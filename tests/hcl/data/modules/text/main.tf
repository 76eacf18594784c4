variable "users" {
  default = ["ann", "bob"]
}

locals {
  policy = <<POLICY
{
  "users": "${join(",", var.users)}",
  "escaped": "$${x} %%{y}"
}
POLICY
  indented = <<-TEXT
      four
        six
      ${"inter"}polated
    two
  TEXT
  directive = "%{ for u in var.users }${u}%{ if u != "bob" }, %{ endif }%{ endfor }"
}

resource "aws_dynamodb_resource_policy" "this" {
  resource_arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/x"
  policy       = local.policy
}

resource "aws_dynamodb_table" "this" {
  name         = "text"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Indented  = local.indented
    Directive = local.directive
    Upper     = upper("straße")
    Title     = title("hello world")
    Trim      = trim("--x--", "-")
    Indent    = indent(2, "a\nb")
    Format    = format("%5.1f|%-5s|%05d|%x|%v|%q|%%", 3.14159, "ab", 42, 255, [1], "q")
    List      = join(";", formatlist("%s=%d", ["a", "b"], [1, 2]))
    Replace   = replace("a.b.c", ".", "-")
    Regex     = replace("2024-05-06", "/(\\d+)-(\\d+)/", "$2/$1")
    Nfc       = "e\u0301" == "\u00e9" ? "same" : "different"
    Length    = length("🇩🇪e\u0301")
    Substr    = substr("héllo", 1, 3)
    Split     = jsonencode(split(",", "a,,b"))
    Chomp     = chomp("x\n\n")
    Starts    = startswith("table", "ta")
    Rev       = strrev("añb")
    Template  = templatestring(local.template, { n = 3 })
  }
}

locals {
  template = "n is $${n}"
}
