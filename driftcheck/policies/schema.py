"""The JSON Schema of a policy file."""

from __future__ import annotations

from typing import Any

from driftcheck.model.finding import Severity

Schema = dict[str, Any]

#: The identity of the schema; nothing is fetched from anywhere.
SCHEMA_ID = "urn:driftcheck:schema:policy:1"

#: The catalogues that a policy may name the same rule of.
CATALOGUES = (
    "security_hub",
    "aws_config",
    "checkov",
    "prowler",
    "trivy",
    "cfn_lint",
    "steampipe",
    "kics",
    "terrascan",
    "cdk_nag",
    "cfn_nag",
    "guard",
    "control_tower",
    "conformity",
    "cloudsploit",
    "tflint",
)

_TEXT: Schema = {"type": "string", "minLength": 1}
_POINTER: Schema = {"type": "string", "pattern": "^(/.*)?$"}
_SCHEMA: Schema = {"type": "object"}
_NAMES: Schema = {"type": "array", "items": _TEXT, "uniqueItems": True}


def policy_schema() -> Schema:
    """The schema of a policy file, as ``driftcheck schema policy`` prints it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "driftcheck policy",
        "description": "A rule about DynamoDB tables: which tables, and what must hold for them.",
        "type": "object",
        "properties": {
            "version": {"const": 1, "description": "The version of the format: 1."},
            "id": {
                "type": "string",
                "pattern": "^[a-z][a-z0-9-]*$",
                "description": "Lower-case letters, digits and dashes; reports call the rule so.",
            },
            "title": {**_TEXT, "description": "What holds for a table that complies."},
            "severity": {"enum": [s.value for s in Severity]},
            "packs": {**_NAMES, "description": "The packs that the policy belongs to."},
            "rationale": {**_TEXT, "description": "Why it matters."},
            "remediation": {**_TEXT, "description": "What to do about it."},
            "hcl": {**_TEXT, "description": "Terraform that complies."},
            "path": {**_POINTER, "description": "Where findings about the whole table point at."},
            "when": {**_SCHEMA, "description": "JSON Schema: the tables that the rule is for."},
            "must": {**_SCHEMA, "description": "JSON Schema: what those tables must satisfy."},
            "parameters": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "description": _TEXT,
                        "default": {},
                        "schema": _SCHEMA,
                    },
                    "required": ["default", "schema"],
                    "additionalProperties": False,
                },
            },
            "references": {
                "type": "object",
                "properties": dict.fromkeys(CATALOGUES, _NAMES),
                "additionalProperties": False,
                "description": "The same rule in other catalogues.",
            },
            "examples": {
                "type": "array",
                "minItems": 2,
                "description": "The policy's own tests, run by driftcheck policies test.",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": _TEXT,
                        "expect": {"enum": ["pass", "fail", "unknown", "not-applicable"]},
                        "at": {"type": "array", "items": _POINTER},
                        "parameters": {"type": "object"},
                        "account": {
                            "type": "string",
                            "pattern": "^[0-9]{12}$",
                            "description": "The account of the table, for accountIn.",
                        },
                        "now": {
                            "type": "string",
                            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
                            "description": "The time, for maximumAge.",
                        },
                        "set_by_code": {
                            "type": "array",
                            "items": _POINTER,
                            "description": "What Terraform would write, for notSetByCode.",
                        },
                        "document": {
                            "type": "object",
                            "description": "Fields of a table document, laid over a compliant "
                            "table. {$unknown: reason} stands for an unknown value.",
                        },
                    },
                    "required": ["name", "expect", "document"],
                    "additionalProperties": False,
                },
            },
        },
        "required": [
            "version",
            "id",
            "title",
            "severity",
            "rationale",
            "remediation",
            "must",
            "examples",
        ],
        "additionalProperties": False,
    }
