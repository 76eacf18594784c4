"""Data sources of the AWS provider that can be known without asking AWS."""

from __future__ import annotations

import json
from typing import Any

from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import Unknown, Value, object_value, string, unknown

#: Partitions by the beginning of a region's name, with their DNS suffixes.
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
}
_PARTITION = ("aws", "amazonaws.com")


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    return _partition(region)[0]


def _partition(region: str) -> tuple[str, str]:
    return next((p for start, p in _PARTITIONS.items() if region.startswith(start)), _PARTITION)


def caller_identity(account: str | None) -> dict[str, Value]:
    """``aws_caller_identity``: only the account follows from the target."""
    if account is None:
        return {}
    return {"account_id": string(account), "id": string(account)}


def region_data(config: Value, region: Value) -> dict[str, Value]:
    """``aws_region``: the region of the provider configuration, or the one it is asked about."""
    asked = config.as_dict().get("name")
    name = region if asked is None or asked.is_null else asked
    if name.is_null:
        return {}
    return {"name": name, "id": name, "region": name}


def partition_data(region: Value) -> dict[str, Value]:
    """``aws_partition``."""
    if not isinstance(region.raw, str):
        return {}
    partition, suffix = _partition(region.raw)
    return {
        "partition": string(partition),
        "id": string(partition),
        "dns_suffix": string(suffix),
        "reverse_dns_prefix": string(".".join(reversed(suffix.split(".")))),
    }


def policy_document(config: Value) -> dict[str, Value]:
    """``aws_iam_policy_document``: the JSON that its statements make.

    Unknown where a part of it is, or where it takes over or overrides other documents.
    """
    arguments = config.as_dict()
    for name in (
        "override_json",
        "override_policy_documents",
        "source_json",
        "source_policy_documents",
    ):
        if arguments[name].raw not in (None, []):
            return _unknown_document(Unknown(f"driftcheck does not merge {name}"))
    hole = config.first_unknown()
    if hole is not None:
        return _unknown_document(hole)
    statements = arguments["statement"].raw
    document: dict[str, Any] = {"Version": _text(arguments["version"]) or "2012-10-17"}
    if _text(arguments["policy_id"]):
        document["Id"] = _text(arguments["policy_id"])
    if isinstance(statements, list) and statements:
        document["Statement"] = [_statement(s.as_dict()) for s in statements]
    marks = config.all_marks()
    return {
        "json": string(json.dumps(document, indent=2)).with_marks(marks),
        "minified_json": string(json.dumps(document, separators=(",", ":"))).with_marks(marks),
    }


def _unknown_document(why: Unknown) -> dict[str, Value]:
    return {n: unknown(why.reason, STRING, not_null=True) for n in ("json", "minified_json")}


def _text(value: Value) -> str:
    return value.raw if isinstance(value.raw, str) else ""


def _texts(value: Value) -> list[str]:
    return [v.as_str() for v in value.raw] if isinstance(value.raw, list) else []


def _one_or_many(texts: list[str]) -> str | list[str]:
    """A single name as itself and several in descending order, as the provider writes them."""
    return texts[0] if len(texts) == 1 else sorted(texts, reverse=True)


def _statement(statement: dict[str, Value]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if _text(statement["sid"]):
        result["Sid"] = _text(statement["sid"])
    result["Effect"] = _text(statement["effect"]) or "Allow"
    for argument, member in (
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ):
        texts = _texts(statement[argument])
        if texts:
            # "&{...}" is how policy variables are written where Terraform has "${...}".
            result[member] = _one_or_many([t.replace("&{", "${") for t in texts])
    for argument, member in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        blocks = statement[argument].raw
        if isinstance(blocks, list) and blocks:
            result[member] = _principals(blocks)
    conditions = statement["condition"].raw
    if isinstance(conditions, list) and conditions:
        result["Condition"] = _conditions(conditions)
    return result


def _principals(blocks: list[Value]) -> Any:
    named: dict[str, list[str]] = {}
    for block in blocks:
        values = block.as_dict()
        kind, identifiers = _text(values["type"]), _texts(values["identifiers"])
        if (kind, identifiers) == ("*", ["*"]):
            return "*"
        named.setdefault(kind, []).extend(t.replace("&{", "${") for t in identifiers)
    return {kind: _one_or_many(texts) for kind, texts in named.items()}


def _conditions(blocks: list[Value]) -> dict[str, Any]:
    tests: dict[str, dict[str, list[str]]] = {}
    for block in blocks:
        values = block.as_dict()
        keys = tests.setdefault(_text(values["test"]), {})
        texts = [t.replace("&{", "${") for t in _texts(values["values"])]
        keys.setdefault(_text(values["variable"]), []).extend(texts)
    return {
        test: {key: texts[0] if len(texts) == 1 else texts for key, texts in keys.items()}
        for test, keys in tests.items()
    }


def completed(config: Value, known: dict[str, Value], address: str) -> Value:
    """The data source's object: what is known, what was asked, and the rest unknown."""
    values = dict(config.as_dict())
    for name, value in values.items():
        if value.is_null:
            reason = f"{address}.{name} is read from AWS"
            values[name] = unknown(reason, value.type)
    values.update(known)
    return object_value(values)
