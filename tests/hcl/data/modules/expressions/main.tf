locals {
  matrix  = [for i in range(3) : [for j in range(3) : i * j]]
  nested  = { a = { b = [{ c = "deep" }] } }
  grouped = { for n in ["ant", "bee", "bear", "cat"] : substr(n, 0, 1) => n... }
  long    = <<-EOT
    first
      %{if true}second%{else}never%{endif}
    %{~for n in ["x", "y"]}
    ${n}
    %{~endfor}
  EOT
  cond    = true ? { a = 1 } : { a = "x" }
  object  = { (upper("k")) = 1, "quoted key" : 2, plain = 3 }
}

resource "aws_dynamodb_table" "this" {
  name         = "expr-${local.matrix[2][2]}-${-(-3) + 10 % 4}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Deep    = local.nested["a"].b.0.c
    Splat   = join(",", local.nested.a.b[*].c)
    Grouped = jsonencode(local.grouped)
    Long    = local.long
    Cond    = jsonencode(local.cond)
    Object  = jsonencode(local.object)
    Matrix  = jsonencode(flatten(local.matrix))
    Logic   = true && !false || false ? "t" : "f"
    Compare = 1 == 1.0 && "1" != 1 ? "t" : "f"
    Math    = 7 / 2
    Big     = 9007199254740993 * 10
    Third   = 1 / 3
    Neg     = -0.1 + 0.3
    Strip   = "  ${~ "x" ~}  "
    Literal = "$${a} %%{b} \u00e9"
  }
}
