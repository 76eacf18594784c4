tables = {
  users = {
    hash_key = "userId"
    ttl      = {}
    tags     = { Team = "identity" }
  }
  "orders/2024" = {
    hash_key      = "orderId"
    hash_key_type = "B"
    range_key     = "at"
    stream        = { view_type = "KEYS_ONLY" }
    ttl           = { enabled = false }
  }
  "with \"quotes\"" = { hash_key = "q" }
}
