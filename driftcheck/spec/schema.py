"""The JSON Schema of a spec, its contract part put together from the aspects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from driftcheck.aspects import ASPECTS
from driftcheck.aspects.base import Aspect
from driftcheck.model.finding import Severity
from driftcheck.model.values import Json

Schema = dict[str, Any]

#: The identity of the schema; nothing is fetched from anywhere.
SCHEMA_ID = "urn:driftcheck:schema:spec:1"

_NAME: Schema = {"type": "string", "minLength": 1}
_PATTERN: Schema = {**_NAME, "description": "A pattern: * is anything, ? one character."}
_REGION: Schema = {
    "type": "string",
    "pattern": "^[a-z]{2,}(-[a-z0-9]+)+$",
    "description": "A region's code, as eu-central-1.",
}
_NAMES: Schema = {"type": "array", "items": _NAME, "uniqueItems": True}
_PATTERNS: Schema = {"type": "array", "items": _PATTERN, "uniqueItems": True}


def spec_schema(aspects: Sequence[Aspect] = ASPECTS) -> Schema:
    """The schema of a spec file, as ``driftcheck schema spec`` prints it.

    A file with ``for_each`` is a template: its instances are held against the schema,
    and of the file itself only the keys are known.
    """
    keys = _keys()
    for_each = {
        "description": "A spec for every element: of a list of texts, or of a map. "
        "${each.key}, ${each.value} and ${each.value.NAME} stand for it in texts.",
        "anyOf": [
            {"type": "array", "minItems": 1, "uniqueItems": True, "items": _NAME},
            {"type": "object", "minProperties": 1},
        ],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "driftcheck spec",
        "description": "What DynamoDB tables must look like, and where they live.",
        "type": "object",
        "required": ["version", "name"],
        "if": {"required": ["for_each"]},
        "then": _object({"for_each": for_each, "name": _NAME, **{k: {} for k in keys}}),
        "else": _object(keys),
        "$defs": {"table": contract_schema(aspects)},
    }


def _keys() -> dict[str, Schema]:
    """The keys of a spec that is no template."""
    return {
        "version": {"const": 1, "description": "The version of the format: 1."},
        "name": {**_NAME, "description": "The name of the spec in reports."},
        "module": {
            **_NAME,
            "description": "The directory of the Terraform module, relative to this file.",
        },
        **_inputs(),
        "targets": {
            "type": "array",
            "minItems": 1,
            "items": _target(),
            "description": "Where the tables live. Without any: the account and region "
            "that the environment gives.",
        },
        "contract": {
            "$ref": "#/$defs/table",
            "description": "What every table of the module must be, whatever the code "
            "says. What is not stated is free; null says that a thing must not exist.",
        },
        "tables": {
            "type": "array",
            "items": _table(),
            "description": "Contracts for some of the module's tables.",
        },
        "policies": _policies(),
        "aspects": _object(
            {"include": {**_PATTERNS, "default": ["*"]}, "exclude": _PATTERNS},
            "Which aspects of the live tables are read and compared: all, without it.",
        ),
        "waivers": {"type": "array", "items": _waiver()},
        "unmanaged": _object(
            {
                "enabled": {"type": "boolean", "default": True},
                "include": _PATTERNS,
                "exclude": _PATTERNS,
            },
            "Report live tables of the targets that no spec covers.",
        ),
        "severity": {
            "type": "array",
            "items": _severity(),
            "description": "Severities instead of the built-in ones; the last match wins.",
        },
    }


def contract_schema(aspects: Sequence[Aspect] = ASPECTS) -> Schema:
    """The schema of a partial table document: every field of every aspect, nothing required."""
    fields: dict[str, Schema] = {}
    for aspect in aspects:
        for name, schema in aspect.fields.items():
            fields[name] = {"title": aspect.title, **partial(schema)}
    return _object(fields)


def partial(schema: Mapping[str, Any]) -> Schema:
    """A field's schema with every member optional, and null allowed for what must not exist.

    The elements of arrays stay as they are: a list is stated whole or not at all.
    """
    result = _nullable({k: v for k, v in schema.items() if k not in ("required", "minProperties")})
    if "properties" in result:
        result["properties"] = {k: partial(v) for k, v in result["properties"].items()}
    for keyword in ("additionalProperties", "patternProperties"):
        value = result.get(keyword)
        if keyword == "patternProperties" and value is not None:
            result[keyword] = {k: partial(v) for k, v in value.items()}
        elif isinstance(value, dict):
            result[keyword] = partial(value)
    return result


def _nullable(schema: Schema) -> Schema:
    """The schema with null added to what it accepts."""
    result = dict(schema)
    match result.get("type"):
        case str(name) if name != "null":
            result["type"] = [name, "null"]
        case list(names) if "null" not in names:
            result["type"] = [*names, "null"]
    if "enum" in result and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    if "const" in result:
        result["enum"] = [result.pop("const"), None]
    for keyword in ("anyOf", "oneOf"):
        if keyword in result and "type" not in result:
            result[keyword] = [*result[keyword], {"type": "null"}]
    return result


def _object(
    properties: Mapping[str, Json], description: str = "", required: Sequence[str] = ()
) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    if description:
        schema["description"] = description
    if required:
        schema["required"] = list(required)
    return schema


def _inputs() -> dict[str, Schema]:
    """What a spec and a target can both say about the module's inputs."""
    return {
        "variables": {
            "type": "object",
            "description": "Values of the module's variables, as a .tfvars file gives them.",
        },
        "var_files": {**_NAMES, "description": "Variable files, relative to this file."},
        "workspace": {**_NAME, "description": "The value of terraform.workspace."},
        "table": {
            "description": "The live table's name, or a pattern that stands for the live "
            "tables that match it, or several of these. With a module: where the code's "
            "names cannot be known, and for tables that it does not have.",
            "anyOf": [_PATTERN, {**_PATTERNS, "minItems": 1}],
        },
    }


def _target() -> Schema:
    role = _object(
        {
            "role_arn": {
                "type": "string",
                "pattern": "^arn:[a-z0-9-]+:iam::[0-9]{12}:role/.+$",
                "description": "The ARN of a role, as arn:aws:iam::123456789012:role/name.",
            },
            "external_id": {"type": "string", "minLength": 2, "maxLength": 1224},
            "session_name": {
                "type": "string",
                "pattern": "^[A-Za-z0-9_=,.@-]{2,64}$",
                "description": "2 to 64 letters, digits and _=,.@- characters.",
            },
        },
        required=["role_arn"],
    )
    return _object(
        {
            "name": _NAME,
            "account": {
                "type": ["string", "integer"],
                "pattern": "^[0-9]{12}$",
                "minimum": 100000000000,
                "maximum": 999999999999,
                "description": "The 12 digits of the account id.",
            },
            "region": _REGION,
            "regions": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": _REGION,
                "description": "Several regions instead of one: a target NAME-REGION for each.",
            },
            "environment": _NAME,
            "profile": _NAME,
            "assume_role": {
                "type": "array",
                "minItems": 1,
                "maxItems": 5,
                "items": role,
                "description": "A chain of roles, each assumed with the credentials of the last.",
            },
            **_inputs(),
        },
        required=["name"],
    )


def _table() -> Schema:
    match = _object({"name": _PATTERN, "address": _PATTERN}, "Which tables the contract is for.")
    return _object(
        {"match": {**match, "minProperties": 1}, "contract": {"$ref": "#/$defs/table"}},
        required=["match", "contract"],
    )


def _policies() -> Schema:
    return _object(
        {
            "packs": {**_NAMES, "default": ["baseline"]},
            "include": _PATTERNS,
            "exclude": _PATTERNS,
            "parameters": {
                "type": "object",
                "additionalProperties": {"type": "object"},
                "description": "Parameter values, by policy id.",
            },
        },
        "Which policies apply to the tables.",
    )


def _patterns() -> dict[str, Schema]:
    return {"rule": _PATTERN, "aspect": _PATTERN, "path": _PATTERN, "table": _PATTERN}


def _waiver() -> Schema:
    schema = _object(
        {
            **_patterns(),
            "reason": _NAME,
            "owner": _NAME,
            "expires": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "The last day on which the waiver holds, as 2027-01-31.",
            },
        },
        "Findings to live with for a while: all patterns that are given must match.",
        required=["reason", "expires"],
    )
    # "rule", "aspect", "path" or "table" besides the two that are required.
    return {**schema, "anyOf": [{"required": [name]} for name in _patterns()]}


def _severity() -> Schema:
    levels = {"enum": [s.value for s in Severity]}
    return {**_object({**_patterns(), "severity": levels}, required=["severity"])}
