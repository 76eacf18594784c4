"""Reports: what programs rely on, and what people read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from driftcheck.model.location import Location
from driftcheck.model.report import Report
from driftcheck.model.values import Sensitive, Unknown
from driftcheck.records.values import plain
from driftcheck.reports import FORMATS, Style, renderer
from driftcheck.reports.document import report_document
from driftcheck.reports.printable import brief, printable
from driftcheck.reports.schema import report_schema
from tests.reports.conftest import DRIFT, HOSTILE, START, WIDE

TEXT, JSON = renderer("text"), renderer("json")
SCHEMA = Draft202012Validator(report_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_text_report(report: Report) -> None:
    assert TEXT(report, Style()).splitlines() == [
        "invoices  123456789012/eu-central-1  invoices, production  "
        "module.t.aws_dynamodb_table.this  unknown",
        "  high      point-in-time recovery (enabled): is off, should be on",
        "            point-in-time-recovery-drift  /point_in_time_recovery/enabled  at odds: live",
        "            declared at modules/dynamodb/main.tf:52:15",
        "                   from specs/a.yaml:12:9",
        "            breaks pitr-enabled",
        '  low       tags (Team): the spec requires "a", the code says "b"',
        "            tags-contract  /tags/Team  at odds: code",
        "            Mend the code, or the spec.",
        "  medium    global index: something is missing",
        "            global-secondary-index-drift  /global_secondary_index  at odds: live",
        '            expected  {"an-index": {"non_key_attributes": ["attribute0", "attribute1",'
        "... (1 member)",
        "            actual    null",
        "            waived: being moved (until 2027-03-31)",
        "            1 value could not be known, which decides nothing; --verbose lists them",
        "",
        "orders  123456789012/eu-central-1  invoices, production  "
        "module.t.aws_dynamodb_table.this  compliant",
        "Beside the tables",
        "  high      The target staging could not be read: nobody answers",
        "            target-failed  invoices  staging",
        "",
        "2 tables: 1 compliant, 1 unknown; 3 findings: 2 high, 1 low; 1 waived; 2 AWS calls in 3 s",
    ]


def test_verbose_leaves_nothing_out(report: Report) -> None:
    text = TEXT(report, Style(verbose=True))
    assert "x could not be read: y" in text
    assert "mending it is safe" in text
    assert "Switch it on." in text
    assert "--verbose" not in text


def test_the_way_of_a_value_is_shortened(report: Report) -> None:
    places = tuple(Location(f"f{n}.tf", n, 1) for n in range(1, 5))
    long = replace(report, findings=(replace(DRIFT, locations=places),))
    text = TEXT(long, Style())
    assert "declared at f1.tf:1:1\n" in text
    assert "       from f4.tf:4:1 (2 in between)\n" in text
    assert "f2.tf" not in text
    assert "       from f2.tf:2:1\n" in TEXT(long, Style(verbose=True))


def test_quiet_leaves_out_what_complies(report: Report) -> None:
    text = TEXT(report, Style(quiet=True))
    assert "orders" not in text
    assert "2 tables: 1 compliant" in text


def test_colours_are_asked_for_and_change_nothing_else(report: Report) -> None:
    colored = TEXT(report, Style(color=True))
    assert "\x1b[31mhigh" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == TEXT(report, Style())


def test_values_are_shown_in_full_where_the_message_cuts_them(report: Report) -> None:
    contract = replace(
        report.findings[1], spec_value=replace(report.findings[1].spec_value, value="x" * 70)
    )
    text = TEXT(replace(report, findings=(contract,)), Style())
    assert f'spec      "{"x" * 70}"' in text
    assert "code      (sensitive)" in text
    assert "live      unknown (access denied)" in text


def test_an_interrupted_report_says_so(report: Report) -> None:
    assert "This report is incomplete" in TEXT(replace(report, complete=False), Style())


def test_nothing_to_report() -> None:
    assert TEXT(Report("scan", START, START), Style()) == "0 tables; no open finding\n"


@pytest.mark.parametrize("name", FORMATS)
def test_hostile_names_come_out_inert(name: str, hostile: Report) -> None:
    text = renderer(name)(hostile, Style(verbose=True))
    for character in text.replace("\n", ""):
        assert character.isprintable(), repr(character)
    if name == "text":
        # A new line of its own could be taken for one of ours, or for a workflow command.
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@pytest.mark.parametrize("complete", [True, False])
def test_the_json_report_meets_its_schema(report: Report, hostile: Report, complete: bool) -> None:
    for each in (report, hostile, Report("scan", START, START)):
        SCHEMA.validate(json.loads(JSON(replace(each, complete=complete), Style())))


def test_the_json_report(report: Report) -> None:
    document = json.loads(JSON(report, Style()))
    assert document["schema_version"] == 1
    assert document["tool"]["name"] == "driftcheck"
    assert document["command"] == "scan"
    assert document["started_at"] == "2027-01-31T04:05:06Z"
    assert document["finished_at"] == "2027-01-31T04:05:09Z"
    summary = document["summary"]
    assert (summary["tables"], summary["compliant"], summary["unknown"]) == (2, 1, 1)
    assert summary["findings"]["by_kind"]["drift"] == 2
    assert summary["findings"]["by_severity"]["high"] == 2
    assert summary["findings"]["by_status"] == {"open": 4, "waived": 1, "baseline": 0}
    assert summary["api_calls"] == {
        "dynamodb:DescribeTable": {"calls": 2, "retries": 1, "throttled": 1}
    }
    finding = document["findings"][2]
    assert finding["id"] == DRIFT.id
    assert finding["values"]["live"] == {"state": "known", "value": False}
    assert finding["location"] == {
        "file": "modules/dynamodb/main.tf",
        "line": 52,
        "column": 15,
    }
    assert finding["related_locations"][0]["file"] == "specs/a.yaml"
    assert (finding["at_odds"], finding["risk"], finding["status"]) == ("live", "safe", "open")
    values = document["findings"][1]["values"]
    assert values["code"] == {"state": "sensitive", "value": None}
    assert values["live"] == {"state": "unknown", "value": None, "reason": "access denied"}


def test_the_schema_tells_a_broken_report(report: Report) -> None:
    Draft202012Validator.check_schema(report_schema())
    document = json.loads(JSON(report, Style()))
    changes: list[dict[str, object]] = [
        {"schema_version": 2},
        {"started_at": 5},
        {"findings": [{**document["findings"][0], "kind": "other"}]},
        {"findings": [{**document["findings"][0], "id": "x"}]},
        {"tables": [{}]},
    ]
    for change in changes:
        assert not SCHEMA.is_valid({**document, **change}), change


def test_sensitive_values_are_never_written(report: Report) -> None:
    finding = replace(
        WIDE, expected={"a": [Sensitive("hunter2")]}, actual=Sensitive({"b": "hunter2"})
    )
    for name in FORMATS:
        text = renderer(name)(replace(report, findings=(finding,)), Style(verbose=True))
        assert "hunter2" not in text
        assert "(sensitive)" in text or name != "json"  # the others show fewer values


def test_printable() -> None:
    assert printable("plain é 漢") == "plain é 漢"
    assert printable("a\tb\x1b\x9b\u202e\U000e0001") == "a\\x09b\\x1b\\x9b\\u202e\\U000e0001"
    assert printable(HOSTILE).isprintable()


def test_plain_values() -> None:
    value = {"a": (Decimal("1.5"), Decimal("70.0")), "b": Unknown("x"), "c": Sensitive(1)}
    assert plain(value) == {"a": [1.5, 70], "b": None, "c": "(sensitive)"}
    assert isinstance(plain(Decimal(3)), int)


@pytest.mark.parametrize(
    ("value", "width", "shown"),
    [
        ("abc", 10, '"abc"'),
        (None, 10, "null"),
        ("x" * 50, 30, '"xxxxxxxxxx... (52 characters)'),
        (list(range(50)), 25, "[0, 1, 2... (50 elements)"),
        ({"a": "x" * 50}, 20, '{"a": ... (1 member)'),
    ],
)
def test_brief_values(value: object, width: int, shown: str) -> None:
    assert brief(value, width) == shown
    assert len(shown) <= width


def test_the_json_report_in_pieces_is_the_whole_document(report: Report, hostile: Report) -> None:
    nothing = replace(report, tables=(), findings=())
    for some in (report, hostile, nothing):
        assert JSON(some, Style()) == json.dumps(report_document(some), indent=2) + "\n"
