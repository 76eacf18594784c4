locals {
  csv    = csvdecode(file("${path.module}/t.csv"))
  chunks = chunklist(["a", "b", "c", "d", "e"], 2)
  zipped = zipmap(["k1", "k2"], [1, [2, 3]])
  sliced = slice(["a", "b", "c"], 1, 3)
}

resource "aws_dynamodb_table" "csv" {
  name         = each.value.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  for_each = { for row in local.csv : row.name => row }
  tags = {
    Owner = each.value.owner
    Cost  = tonumber(each.value.cost) * 1.5
    Next  = element(local.csv, parseint(each.value.cost, 10)).name
  }
}

resource "aws_dynamodb_table" "this" {
  name         = "collections"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  tags = {
    Chunks    = jsonencode(local.chunks)
    Zipped    = jsonencode(local.zipped)
    Sliced    = join("", local.sliced)
    Coalesced = join("", coalescelist([], ["c"]))
    Sorted    = join(",", sort(["b", "a", "B", "é"]))
    Reversed  = join(",", reverse(["a", "b"]))
    Sum       = sum([1, 2.5, "3"])
    Matched   = jsonencode(regexall("[a-z]+", "ab1cd"))
    Range     = jsonencode(range(1, 10, 3))
    Transpose = jsonencode(transpose({ a = ["1", "2"], b = ["2"] }))
    Distinct  = jsonencode(distinct([1, 1, "1"]))
    Union     = jsonencode(setunion(["a"], ["b", "a"]))
    Subtract  = jsonencode(setsubtract(["a", "b"], ["a"]))
    Keys      = jsonencode(keys({ b = 1, a = 2 }))
    Merge     = jsonencode(merge({ a = 1 }, null, { b = 2 }, { a = 3 }))
    Index     = index(["a", "b"], "b")
    Contains  = contains(["a"], "a")
    Matchkeys = join("", matchkeys(["x", "y"], ["1", "2"], ["2"]))
    Alltrue   = alltrue([true, "true"])
    One       = one(["only"])
    Flatten   = jsonencode(flatten([[1], [[2, [3]]], []]))
    Setprod   = length(setproduct(["a", "b"], [1, 2, 3]))
  }
}
