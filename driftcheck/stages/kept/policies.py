"""Policies that were read before.

Reading them means YAML, with the place of every value, and JSON Schema held against
itself: a quarter of a second for the built-in ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from driftcheck.errors import DriftcheckError
from driftcheck.hcl import cache_dir
from driftcheck.model.finding import Severity
from driftcheck.model.location import Location
from driftcheck.model.values import Cause, Unknown
from driftcheck.paths import content_of, shown
from driftcheck.policies.files import policy_files
from driftcheck.policies.model import Example, Parameter, Policy
from driftcheck.stages.kept.program import program

#: The largest policy file that is looked up; the bound of documents is above it.
_MAX_BYTES = 1_000_000


def load_policies(directories: Sequence[Path]) -> tuple[list[Policy], str | None]:
    """Every policy in the files of the directories, sorted by id, and what tells them apart.

    The policies are as ``policies.load`` has them; the second is None where they can be
    told from no others. Raises what ``policies.load`` raises.
    """
    digest = policies_digest(directories)
    name = f"policies/{digest}.json"
    kept = cache_dir.read(name) if digest is not None else None
    if kept is not None:
        return _policies(kept), digest
    from driftcheck.policies.load import load_policies as load

    policies = load(directories)
    if digest is None or policies_digest(directories) != digest:
        return policies, None
    content = json.dumps([_data(p) for p in policies], default=_marked).encode()
    # A value that would come back as another is not kept, nor is anything else then.
    try:
        same = repr(_policies(content)) == repr(policies)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        same = False  # somebody wrote what looks like a marker
    if same:
        cache_dir.write(name, content)
    return policies, digest


def policies_digest(directories: Sequence[Path]) -> str | None:
    """A digest of all that the policies depend on; None where a file cannot be read."""
    digest = hashlib.blake2b(key=program(), digest_size=24)
    try:
        for path in policy_files(directories):
            content = content_of(path, _MAX_BYTES)
            digest.update(f"{shown(path)}\0{len(content)}\n".encode(errors="surrogateescape"))
            digest.update(content)
    except (OSError, DriftcheckError):
        return None  # whoever reads them says what is wrong
    return digest.hexdigest()


def _data(policy: Policy) -> dict[str, Any]:
    data = _members(policy)
    data["severity"] = policy.severity.value
    data["parameters"] = {n: _members(p) for n, p in policy.parameters.items()}
    data["examples"] = [_members(e) for e in policy.examples]
    at = policy.location
    data["location"] = [at.file, at.line, at.column] if at is not None else None
    return data


def _members(value: Policy | Parameter | Example) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _marked(value: object) -> dict[str, Any]:
    """What JSON has no form for; ``_marker`` reads it."""
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, Unknown):
        return {"$unknown": [value.reason, value.certainly_set, value.cause.value]}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _marker(data: dict[str, Any]) -> Any:
    match data:
        case {"$decimal": str(digits)} if len(data) == 1:
            return Decimal(digits)
        case {"$unknown": [str(reason), bool(certainly_set), str(cause)]} if len(data) == 1:
            return Unknown(reason, certainly_set, Cause(cause))
        case _:
            return data


def _policies(content: bytes) -> list[Policy]:
    return [_policy(data) for data in json.loads(content, object_hook=_marker)]


def _policy(data: dict[str, Any]) -> Policy:
    given = {
        **data,
        "severity": Severity(data["severity"]),
        "packs": tuple(data["packs"]),
        "parameters": {n: Parameter(**p) for n, p in data["parameters"].items()},
        "references": {k: tuple(v) for k, v in data["references"].items()},
        "examples": tuple(
            Example(**{**e, "at": tuple(e["at"]), "set_by_code": tuple(e["set_by_code"])})
            for e in data["examples"]
        ),
        "location": Location(*data["location"]) if data["location"] else None,
    }
    return Policy(**given)
