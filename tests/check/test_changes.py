"""What a pull request would do to the tables: one test case for each class of change."""

from __future__ import annotations

import pytest

from tests.check.conftest import TABLE, Repository

INDEX = """  global_secondary_index {
    name            = "customer-index"
    hash_key        = "customer"
    projection_type = "ALL"
  }
"""
ID = '  attribute {\n    name = "id"\n    type = "S"\n  }\n'
PROVISIONED = TABLE.replace(
    '"PAY_PER_REQUEST"', '"PROVISIONED"\n  read_capacity = 5\n  write_capacity = 5'
).replace('type = "ALL"', 'type = "ALL"\n    read_capacity = 5\n    write_capacity = 5')
SCALED = (
    PROVISIONED
    + """resource "aws_appautoscaling_target" "read" {
  service_namespace  = "dynamodb"
  resource_id        = "table/orders"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
}
"""
)
#: A module that keeps its table at one of two addresses, as popular ones do.
SWITCH = (
    'variable "ignore" {\n  type = bool\n  default = false\n}\n'
    + TABLE.replace('"this" {\n', '"plain" {\n  count = var.ignore ? 0 : 1\n')
    + TABLE.replace('"this" {\n', '"ignoring" {\n  count = var.ignore ? 1 : 0\n')
)
MAIN = TABLE.replace('"this"', '"main"')
MOVED = "moved {\n  from = aws_dynamodb_table.this\n  to   = aws_dynamodb_table.main\n}\n"
REMOVED = "removed {\n  from = aws_dynamodb_table.this\n  lifecycle {\n    destroy = %s\n  }\n}\n"
COUNTED = TABLE.replace('"this" {\n', '"this" {\n  count = 1\n')


def edited(old: str, new: str, text: str = TABLE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def line(fragment: str, text: str = TABLE) -> int:
    """The line that a fragment stands on."""
    return text[: text.index(fragment)].count("\n") + 1


LOCAL = """  local_secondary_index {
    name            = "by-customer"
    range_key       = "customer"
    projection_type = "KEYS_ONLY"
  }
"""
UNSORTED = edited(
    '  range_key    = "at"\n',
    "",
    edited(LOCAL, "", edited('  attribute {\n    name = "at"\n    type = "S"\n  }\n', "")),
)
WINDOW = edited(
    "recovery {\n    enabled = true",
    "recovery {\n    enabled = true\n    recovery_period_in_days = 30",
)
ENCRYPTED = edited("  ttl {\n", "  server_side_encryption {\n    enabled = true\n  }\n  ttl {\n")
#: name: before, after, and each finding as rule, path, line, risk, and words of its message.
CASES: dict[str, tuple[str, str, tuple[str, str, int, str, str]]] = {
    "created": (
        "locals {}\n",
        TABLE,
        ("table-created", "", 1, "safe", "would be created"),
    ),
    "destroyed": (
        TABLE,
        "locals {}\n",
        ("table-destroyed", "", 1, "destructive", "with all its data"),
    ),
    "another key": (
        TABLE,
        edited(ID, "", edited('hash_key     = "id"', 'hash_key     = "customer"')),
        ("table-replaced", "", line("hash_key"), "impossible", '"id" becomes "customer"'),
    ),
    "another type of a key": (
        TABLE,
        edited('type = "S"', 'type = "N"'),
        ("table-replaced", "", line('type = "S"'), "impossible", "plans nothing"),
    ),
    "a local index renamed": (
        TABLE,
        edited('"by-customer"', '"by-client"'),
        ("table-replaced", "", line("local_secondary"), "impossible", "local indexes are made"),
    ),
    "renamed": (
        TABLE,
        edited('"orders"', '"bestellungen"'),
        ("table-replaced", "", 2, "impossible", "a table cannot be renamed"),
    ),
    "another address": (
        TABLE,
        MAIN,
        ("table-moved-without-block", "", 1, "impossible", "aws_dynamodb_table.main"),
    ),
    "a flag that switches resources": (
        SWITCH,
        edited("default = false", "default = true", SWITCH),
        (
            "table-moved-without-block",
            "",
            line('"ignoring"', SWITCH),
            "impossible",
            "aws_dynamodb_table.plain[0] becomes aws_dynamodb_table.ignoring[0]",
        ),
    ),
    "from count to for_each": (
        COUNTED,
        TABLE.replace('"this" {\n', '"this" {\n  for_each = toset(["a"])\n'),
        ("table-moved-without-block", "", 1, "impossible", 'aws_dynamodb_table.this["a"]'),
    ),
    "a global index dropped": (
        TABLE,
        edited(INDEX, ""),
        (
            "global-secondary-index-change",
            "/global_secondary_index/customer-index",
            1,
            "destructive",
            "the index is dropped",
        ),
    ),
    "a global index created": (
        edited(INDEX, ""),
        TABLE,
        (
            "global-secondary-index-change",
            "/global_secondary_index/customer-index",
            line("global_secondary"),
            "disruptive",
            "built by reading the whole table",
        ),
    ),
    "a global index rebuilt": (
        TABLE,
        edited('"ALL"', '"KEYS_ONLY"'),
        (
            "global-secondary-index-change",
            "/global_secondary_index/customer-index",
            line('"ALL"'),
            "destructive",
            "dropped and built anew",
        ),
    ),
    "another stream": (
        TABLE,
        edited('"NEW_IMAGE"', '"KEYS_ONLY"'),
        ("stream-change", "/stream_view_type", line("NEW_IMAGE"), "disruptive", "a new ARN"),
    ),
    "TTL on": (
        TABLE,
        edited("enabled = false", 'enabled = true\n    attribute_name = "expires"'),
        ("ttl-change", "/ttl/enabled", line("enabled = false"), "destructive", "delete the items"),
    ),
    "PITR off": (
        TABLE,
        edited("recovery {\n    enabled = true", "recovery {\n    enabled = false"),
        (
            "point-in-time-recovery-change",
            "/point_in_time_recovery/enabled",
            line("point_in_time") + 1,
            "destructive",
            "all history is lost",
        ),
    ),
    "billed otherwise": (
        TABLE,
        PROVISIONED,
        ("throughput-change", "/billing_mode", 3, "disruptive", "are throttled"),
    ),
    "scaling narrowed": (
        SCALED,
        edited("= 100", "= 50", SCALED),
        (
            "autoscaling-change",
            "/autoscaling/table/read/max_capacity",
            line("= 100", SCALED),
            "disruptive",
            "100 becomes 50",
        ),
    ),
    "protection removed": (
        TABLE,
        edited("protection_enabled = true", "protection_enabled = false"),
        (
            "deletion-protection-change",
            "/deletion_protection_enabled",
            line("deletion_protection"),
            "disruptive",
            "anything that deletes the table succeeds",
        ),
    ),
    "a sort key added": (
        UNSORTED,
        edited("  attribute {\n", '  range_key    = "customer"\n  attribute {\n', UNSORTED),
        ("table-replaced", "", 5, "impossible", 'nothing becomes "customer"'),
    ),
    "no stream any more": (
        TABLE,
        edited('  stream_enabled   = true\n  stream_view_type = "NEW_IMAGE"\n', ""),
        ("stream-change", "/stream_enabled", 1, "disruptive", "the stream ends"),
    ),
    "a shorter window of recovery": (
        WINDOW,
        edited("in_days = 30", "in_days = 7", WINDOW),
        (
            "point-in-time-recovery-change",
            "/point_in_time_recovery/recovery_period_in_days",
            line("in_days", WINDOW),
            "destructive",
            "history older than 7 days is lost",
        ),
    ),
    "an index that holds more": (
        edited('"ALL"', '"INCLUDE"\n    non_key_attributes = ["a"]'),
        edited('"ALL"', '"INCLUDE"\n    non_key_attributes = ["a", "b"]'),
        (
            "global-secondary-index-change",
            "/global_secondary_index/customer-index",
            line('"ALL"') + 1,
            "destructive",
            "dropped and built anew",
        ),
    ),
    "no scaling any more": (
        SCALED,
        PROVISIONED,
        ("autoscaling-change", "/autoscaling/table/read", 1, "disruptive", "no longer follows"),
    ),
    "no word of backups": (
        TABLE,
        edited("  point_in_time_recovery {\n    enabled = true\n  }\n", ""),
        ("no-longer-stated", "/point_in_time_recovery/enabled", 1, "safe", "leaves it as it is"),
    ),
    "no word of a window": (
        WINDOW,
        TABLE,
        (
            "no-longer-stated",
            "/point_in_time_recovery/recovery_period_in_days",
            line("point_in_time"),
            "safe",
            "which is 30",
        ),
    ),
    "no word of encryption": (
        ENCRYPTED,
        TABLE,
        ("no-longer-stated", "/server_side_encryption/enabled", 1, "safe", "leaves it as it is"),
    ),
    "no word of expiry": (
        edited("enabled = false", 'enabled = true\n    attribute_name = "expires"'),
        edited("  ttl {\n    enabled = false\n  }\n", ""),
        ("no-longer-stated", "/ttl/enabled", 1, "safe", "leaves it as it is"),
    ),
    "forgotten by a removed block": (
        TABLE,
        REMOVED % "false",
        ("table-forgotten", "", 1, "safe", "stays as it is"),
    ),
    "destroyed by a removed block": (
        TABLE,
        REMOVED % "true",
        ("table-destroyed", "", 1, "destructive", "with all its data"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_on_its_line(repository: Repository, name: str) -> None:
    before, after, (rule, path, where, risk, words) = CASES[name]
    outcome = repository.change(before, after)
    assert outcome.told("change") == [(rule, path, where)]
    (finding,) = [f for f in outcome.findings if f["kind"] == "change"]
    assert finding["risk"] == risk
    assert words in finding["message"]
    assert outcome.code != 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(TABLE, TABLE.replace("  name  ", "  # a comment\n  name  "), id="a comment"),
        pytest.param(TABLE, MAIN + MOVED, id="a moved block"),
        pytest.param(TABLE, COUNTED, id="count comes"),
        pytest.param(COUNTED, TABLE, id="count goes"),
        pytest.param(
            TABLE,
            'locals { n = "orders" }\n' + edited('"orders"', "local.n"),
            id="the same value by another way",
        ),
    ],
)
def test_what_changes_nothing_is_not_told(repository: Repository, before: str, after: str) -> None:
    assert repository.change(before, after).told("change") == []


def test_a_move_does_not_hide_a_change(repository: Repository) -> None:
    after = edited("protection_enabled = true", "protection_enabled = false", MAIN) + MOVED
    assert repository.change(TABLE, after).told("change") == [
        ("deletion-protection-change", "/deletion_protection_enabled", line("deletion_protection"))
    ]


def test_a_moved_module_keeps_its_tables(repository: Repository) -> None:
    repository.merge_into(
        {"main.tf": 'module "old" { source = "./table" }\n', "table/main.tf": TABLE}
    )
    repository.write(
        {
            "main.tf": 'module "new" { source = "./table" }\n'
            "moved {\n  from = module.old\n  to = module.new\n}\n"
        }
    )
    assert repository.check("--base", "main").told("change") == []


def test_a_module_that_was_not_there_is_created(repository: Repository) -> None:
    repository.merge_into({})
    repository.write({"main.tf": TABLE})
    outcome = repository.check("--base", "main")
    assert outcome.told("change", "unknown") == [("table-created", "", 1)]
    assert outcome.code == 1  # for the policies of the baseline pack


def test_it_is_the_merge_base_that_is_compared_with(repository: Repository) -> None:
    repository.merge_into({"main.tf": TABLE})
    repository.git("checkout", "--quiet", "main")
    repository.write({"main.tf": edited("protection_enabled = true", "protection_enabled = false")})
    repository.git("commit", "--quiet", "--all", "--message=meanwhile")
    repository.git("checkout", "--quiet", "pull")
    assert repository.check("--base", "main").told("change") == []


def test_the_work_tree_is_left_alone(repository: Repository) -> None:
    repository.merge_into({"main.tf": TABLE})
    repository.write({"main.tf": MAIN})
    repository.check("--base", "main")
    assert repository.git("status", "--porcelain") == " M main.tf\n"


def test_code_before_that_cannot_be_read_leaves_a_hole(repository: Repository) -> None:
    outcome = repository.change('resource "a" {', TABLE)
    assert outcome.told("unknown") == [("change-not-evaluable", "/base", 1)]
    assert outcome.code == 2


def test_a_name_that_is_not_known_may_be_another(repository: Repository) -> None:
    after = 'variable "name" { type = string }\n' + edited('"orders"', "var.name")
    outcome = repository.change(TABLE, after)
    assert outcome.told("change") == []
    assert ("change-not-evaluable", "/name", 3) in outcome.told("unknown")
    assert outcome.code == 1  # it decides nothing by itself


@pytest.mark.parametrize(
    ("ref", "words"),
    [("nowhere", "there is no such commit"), ("--upload-pack=x", "this is no name of a commit")],
)
def test_a_bad_ref_is_one_message(repository: Repository, ref: str, words: str) -> None:
    repository.merge_into({"main.tf": TABLE})
    outcome = repository.check(f"--base={ref}")
    assert outcome.code == 2
    assert words in outcome.err


def test_a_history_without_a_common_ancestor_is_one_message(repository: Repository) -> None:
    repository.merge_into({"main.tf": TABLE})
    repository.git("checkout", "--quiet", "--orphan", "other")
    repository.git("commit", "--quiet", "--message=alone")
    outcome = repository.check("--base", "main")
    assert outcome.code == 2
    assert "fetch-depth: 0" in outcome.err
