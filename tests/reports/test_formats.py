"""What reads our reports: the structure of SARIF and JUnit, and what strangers may put in.

The rules here are those of the SARIF 2.1.0 specification (sections 3.4 to 3.58) and of the
JUnit files that CI servers accept.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from driftcheck.model.report import Report
from driftcheck.reports import Style, renderer

_MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_LOCATION: dict[str, Any] = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": _MESSAGE,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"pattern": r"^[A-Za-z0-9._~/%:-]+$"}, "uriBaseId": {}},
                    "additionalProperties": False,
                },
                "region": {
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                    },
                    "required": ["startLine"],
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "ruleIndex", "partialFingerprints"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["fail", "review"]},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _MESSAGE,
        "partialFingerprints": {"additionalProperties": {"type": "string"}},
        "locations": {"type": "array", "items": _LOCATION},
        "relatedLocations": {"type": "array", "items": _LOCATION, "uniqueItems": True},
        "suppressions": {
            "items": {"required": ["kind"], "properties": {"kind": {"enum": ["external"]}}}
        },
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
_RULE = {
    "required": ["id", "shortDescription", "help", "defaultConfiguration"],
    "properties": {
        "shortDescription": _MESSAGE,
        "help": _MESSAGE,
        "properties": {
            "properties": {"security-severity": {"pattern": r"^(10|[0-9])\.[0-9]$"}},
            "required": ["security-severity", "tags"],
        },
    },
}
SARIF = Draft202012Validator(
    {
        "type": "object",
        "required": ["version", "runs"],
        "properties": {
            "version": {"const": "2.1.0"},
            "runs": {
                "minItems": 1,
                "items": {
                    "required": ["tool", "results", "invocations"],
                    "properties": {
                        "results": {"items": _RESULT},
                        "tool": {
                            "properties": {
                                "driver": {
                                    "required": ["name", "rules"],
                                    "properties": {"rules": {"items": _RULE, "uniqueItems": True}},
                                }
                            }
                        },
                    },
                },
            },
        },
    }
)


def sarif(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(renderer("sarif")(report, Style()))
    return document


@pytest.fixture(params=["report", "hostile"])
def each(request: pytest.FixtureRequest) -> Report:
    """An ordinary report, and one of a stranger's making."""
    found: Report = request.getfixturevalue(request.param)
    return found


def test_sarif_has_the_structure_of_the_standard(each: Report) -> None:
    document = sarif(each)
    assert [e.message for e in SARIF.iter_errors(document)] == []
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        # SARIF 3.27.10: what is no failure has no level.
        assert (result["kind"] == "fail") == (result["level"] != "none")
        for location in result.get("locations", []):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert urlsplit(uri).scheme in ("", "file")


def test_sarif_tells_a_hole(report: Report) -> None:
    (invocation,) = sarif(report)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "nobody answers" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_junit_counts_what_it_holds(each: Report) -> None:
    root = ElementTree.fromstring(renderer("junit")(each, Style()))
    assert root.tag == "testsuites"
    totals = dict.fromkeys(("tests", "failures", "errors"), 0)
    for suite in root:
        assert suite.tag == "testsuite"
        cases = suite.findall("testcase")
        assert len(cases) == len(list(suite)) == int(suite.attrib["tests"])
        for case in cases:
            assert set(case.attrib) <= {"classname", "name", "file", "line"}
            assert {child.tag for child in case} <= {"failure", "error", "skipped"}
            assert len(case) <= 1
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.attrib[attribute])
        assert len(suite.findall("testcase/skipped")) == int(suite.attrib["skipped"])
        for name in totals:
            totals[name] += int(suite.attrib[name])
    assert totals == {name: int(root.attrib[name]) for name in totals}


class Page(HTMLParser):
    """What a browser would make of a page: its elements and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_html_makes_no_element_of_what_strangers_write(report: Report, hostile: Report) -> None:
    ours = {tag for tag, _ in Page(renderer("html")(report, Style())).found}
    page = Page(renderer("html")(hostile, Style()))
    text = renderer("html")(hostile, Style())
    assert text.count("<script") <= renderer("html")(report, Style()).count("<script")
    assert {tag for tag, _ in page.found} <= ours | {"s", "del", "details", "summary"}
    for _, attributes in page.found:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src"):
            assert not (attributes.get(name) or "").lower().startswith("javascript:")


def test_markdown_leaves_strangers_no_syntax(hostile: Report) -> None:
    text = renderer("markdown")(hostile, Style())
    assert "<script" not in text
    assert "](" not in text
    assert "::error" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows
    # Each row has its three cells: no stranger's bar ends one, no line break splits one.
    assert {line.count("|") for line in rows} == {4}
    allowed = {"details", "summary", "b", "br", "sub", "s"}
    assert {tag for tag, _ in Page(text).found} <= allowed


def test_workflow_commands_are_ours_alone(hostile: Report) -> None:
    lines = renderer("github")(hostile, Style()).splitlines()
    assert lines
    for line in lines:
        if line.startswith("::"):
            command, _, message = line[2:].partition("::")
            assert re.match(r"(error|warning|notice)( |$)", command)
            properties = command.partition(" ")[2]
            names = [p.partition("=")[0] for p in properties.split(",") if p]
            assert set(names) <= {"file", "line", "col", "title"}
            assert len(names) == len(set(names))
            assert "\r" not in message
