"""The JSON Schema of the JSON report, as ``driftcheck schema report`` prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from driftcheck.model.finding import Kind, Party, Risk, Severity, State, Status
from driftcheck.model.report import TableStatus
from driftcheck.reports.document import SCHEMA_VERSION

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_ANY: Schema = {}


def report_schema() -> Schema:
    """The schema. Every member listed is always there; later versions may add members."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:driftcheck:schema:report:1",
        "title": "driftcheck report",
        **_object(
            {
                "schema_version": {"const": SCHEMA_VERSION},
                "tool": _object({"name": {"const": "driftcheck"}, "version": _TEXT}),
                "command": _TEXT,
                "started_at": _moment("When the command began."),
                "finished_at": _moment("When the report was made."),
                "summary": _summary(),
                "tables": {"type": "array", "items": _table()},
                "findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
            }
        ),
        "$defs": {"finding": _finding(), "value": _value(), "location": _location()},
    }


def _object(properties: Mapping[str, Schema], optional: Iterable[str] = ()) -> Schema:
    left_out = set(optional)
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in left_out],
    }


def _one_of(values: type[StrEnum], *, null: bool = False) -> Schema:
    names: list[str | None] = [v.value for v in values]
    return {"enum": [*names, None] if null else names}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _moment(description: str) -> Schema:
    return {"type": "string", "format": "date-time", "description": description}


def _counts(values: type[StrEnum]) -> Schema:
    return _object({v.value: _COUNT for v in values})


def _summary() -> Schema:
    calls = _object(
        {
            "calls": _described(_COUNT, "What driftcheck asked for."),
            "retries": _described(_COUNT, "Further attempts that were made for them."),
            "throttled": _described(_COUNT, "Attempts that AWS turned away for their rate."),
        }
    )
    return _object(
        {
            "complete": _described(_FLAG, "Whether the command ran to its end."),
            "tables": _COUNT,
            **{s.value: _COUNT for s in TableStatus},
            "findings": _object(
                {
                    "total": _COUNT,
                    "by_kind": _counts(Kind),
                    "by_severity": _counts(Severity),
                    "by_status": _counts(Status),
                }
            ),
            "not_seen": _object(
                {
                    "deciding": _described(_COUNT, "Open unknowns that a verdict depends on."),
                    "informational": _described(_COUNT, "Unknowns that decide nothing."),
                    "allowed": _described(_FLAG, "Whether --allow-unknown was given."),
                }
            ),
            "trend": {
                "anyOf": [
                    _object({"known": _COUNT, "new": _COUNT, "fixed": _COUNT}),
                    {"type": "null"},
                ],
                "description": "Findings against the baseline, where one was given.",
            },
            "api_calls": {
                "type": "object",
                "additionalProperties": calls,
                "description": "AWS calls by operation, named as IAM actions are.",
            },
        },
        optional=["not_seen"],
    )


def _table() -> Schema:
    return _object(
        {
            "name": _described(_TEXT_OR_NULL, "Null where the code's name cannot be known."),
            "account": _TEXT_OR_NULL,
            "region": _TEXT_OR_NULL,
            "spec": _TEXT_OR_NULL,
            "target": _TEXT_OR_NULL,
            "address": _described(_TEXT_OR_NULL, "The address of the Terraform resource."),
            "status": _one_of(TableStatus),
            "agreed": {
                "type": "object",
                "additionalProperties": _object({"code": _TEXT, "live": _TEXT}),
                "description": "Digests of the aspects in which live and code agreed.",
            },
            "left_out": {
                "type": "array",
                "items": _TEXT,
                "description": "The aspects that the spec leaves out of the comparison.",
            },
        },
        optional=["left_out"],
    )


def _finding() -> Schema:
    value: Schema = {"$ref": "#/$defs/value"}
    location: Schema = {"$ref": "#/$defs/location"}
    return _object(
        {
            "id": {
                "type": "string",
                "pattern": "^[0-9a-f]{16}$",
                "description": "The same for the same problem in every report.",
            },
            "kind": _one_of(Kind),
            "rule": _TEXT,
            "severity": _one_of(Severity),
            "table": _TEXT_OR_NULL,
            "address": _TEXT_OR_NULL,
            "spec": _TEXT_OR_NULL,
            "target": _TEXT_OR_NULL,
            "account": _TEXT_OR_NULL,
            "region": _TEXT_OR_NULL,
            "aspect": _TEXT_OR_NULL,
            "path": _described(_TEXT, "A JSON Pointer into the table document."),
            "expected": _ANY,
            "actual": _ANY,
            "values": _object({"spec": value, "code": value, "live": value}),
            "at_odds": _one_of(Party, null=True),
            "risk": _described(_one_of(Risk, null=True), "Of mending it on the live table."),
            "status": _one_of(Status),
            "message": _TEXT,
            "help": _TEXT_OR_NULL,
            "location": {
                "anyOf": [location, {"type": "null"}],
                "description": "The place that states the expected value.",
            },
            "related_locations": {"type": "array", "items": location},
            "decides": _described(_FLAG, "Of an unknown: whether a verdict depends on it."),
            "hidden": _described(_FLAG, "Whether ignore_changes hides it from Terraform."),
            "waiver": _described(_TEXT_OR_NULL, "Why and until when it is waived."),
            "breaks": {
                "type": "array",
                "items": _TEXT,
                "description": "The policies that the same problem breaks as well.",
            },
        }
    )


def _value() -> Schema:
    return _object(
        {
            "state": _one_of(State),
            "value": _described(_ANY, "Null unless the state is known."),
            "reason": _described(_TEXT_OR_NULL, "Why it is unknown."),
        },
        optional=["reason"],
    )


def _location() -> Schema:
    position = {"type": "integer", "minimum": 1}
    return _object({"file": _TEXT, "line": position, "column": position})
