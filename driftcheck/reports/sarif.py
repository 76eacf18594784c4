"""SARIF 2.1.0, as code scanning services read it.

A finding about a live table points at the line of HCL (or of the spec) that states
the right value, with the chain of lines behind it as related locations. Waived
findings are suppressions, findings of the baseline are unchanged.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from driftcheck import __version__
from driftcheck.model.finding import Finding, Kind, Severity, Status
from driftcheck.model.location import Location
from driftcheck.model.report import Report, has_hole
from driftcheck.reports.base import Style
from driftcheck.reports.printable import json_without_commands, printable
from driftcheck.reports.selection import worth_showing

#: A file as it was: the beginning of the commit's hash, and the path.
_AT_COMMIT = re.compile(r"([0-9a-f]{10}):(.+)", re.S)
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
#: What code scanning services sort by, from 0 to 10.
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}


def render(report: Report, style: Style) -> str:
    """The report as SARIF, in ASCII."""
    return json_without_commands(json.dumps(sarif_document(report, style), indent=2)) + "\n"


def sarif_document(report: Report, style: Style) -> dict[str, Any]:
    """The SARIF log with its one run; files are named from the top of the repository."""
    findings = worth_showing(report.findings)
    rules: dict[str, dict[str, Any]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, _rule(finding))
    index = {rule: number for number, rule in enumerate(rules)}
    holes = [f for f in findings if has_hole(f)]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "driftcheck",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "rules": list(rules.values()),
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [
                    {
                        "executionSuccessful": report.complete and not holes,
                        "toolExecutionNotifications": [_notification(f) for f in holes],
                    }
                ],
                "results": [_result(f, index[f.rule], style) for f in findings],
            }
        ],
    }


def _rule(finding: Finding) -> dict[str, Any]:
    subject = finding.rule.replace("-", " ")
    help_ = printable(finding.help) if finding.help else f"See the finding: {subject}."
    return {
        "id": finding.rule,
        "name": "".join(word.capitalize() for word in finding.rule.split("-")),
        "shortDescription": {"text": f"{finding.kind.value}: {subject}"},
        "help": {"text": help_},
        "defaultConfiguration": {"level": _LEVEL[finding.severity]},
        "properties": {
            "tags": ["dynamodb", finding.kind.value],
            "security-severity": _SECURITY_SEVERITY[finding.severity],
        },
    }


def _result(finding: Finding, rule: int, style: Style) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "kind": "review" if finding.kind is Kind.UNKNOWN else "fail",
        "message": {"text": _text(finding)},
        "partialFingerprints": {"driftcheck/v1": finding.id},
        "properties": {
            "kind": finding.kind.value,
            "severity": finding.severity.value,
            "table": finding.table,
            "account": finding.account,
            "region": finding.region,
            "path": finding.path,
            "at_odds": finding.at_odds.value if finding.at_odds else None,
            "risk": finding.risk.value if finding.risk else None,
        },
    }
    if finding.kind is Kind.UNKNOWN:
        result["level"] = "none"  # SARIF: only kind "fail" has another level
    if finding.locations:
        result["locations"] = [_location(finding.locations[0], style)]
    if len(finding.locations) > 1:
        result["relatedLocations"] = [
            {"id": number, **_location(at, style), "message": {"text": _relation(at)}}
            for number, at in enumerate(finding.locations[1:], 1)
        ]
    if finding.status is Status.WAIVED:
        result["suppressions"] = [
            {"kind": "external", "justification": printable(finding.waiver or "waived")}
        ]
    if finding.status is Status.BASELINE:
        result["baselineState"] = "unchanged"
    return result


def _text(finding: Finding) -> str:
    subject = f"table {finding.table}" if finding.table else finding.address
    table = f" [{printable(subject)}]" if subject else ""
    # In a message, brackets would be taken for links to related locations.
    return printable(finding.message).replace("[", "\\[").replace("]", "\\]") + table.replace(
        "[", "("
    ).replace("]", ")")


def _notification(finding: Finding) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": printable(finding.message)},
        "descriptor": {"id": finding.rule},
    }


def _relation(location: Location) -> str:
    found = _AT_COMMIT.fullmatch(location.file)
    return f"here at commit {found[1]}" if found else "the value comes from here"


def _location(location: Location, style: Style) -> dict[str, Any]:
    found = _AT_COMMIT.fullmatch(location.file)
    name = found[2] if found else style.from_top(location.file)
    relative = not name.startswith("/")
    artifact: dict[str, Any] = {"uri": quote(name, safe="/", errors="replace")}
    if relative:
        artifact["uriBaseId"] = "%SRCROOT%"
    else:
        artifact["uri"] = f"file://{artifact['uri']}"
    return {
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {"startLine": location.line, "startColumn": location.column},
        }
    }
