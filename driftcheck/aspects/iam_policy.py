"""IAM policy documents: one form for all that mean the same.

AWS stores a policy in a form of its own: minified, one-element lists as plain
strings, account ids as the ARN of the account's root, a missing version as
2008-10-17. Two documents are held against each other by what they allow, not by
how they are written.
"""

from __future__ import annotations

import json
import re
from typing import Any

from driftcheck.model.values import Json, Unknown

DEFAULT_VERSION = "2008-10-17"
#: AWS takes at most 20 KB; anything far larger is not a policy.
MAX_LENGTH = 200_000

_LISTS = ("Action", "NotAction", "Resource", "NotResource")
_PRINCIPALS = ("Principal", "NotPrincipal")
_ROOT = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):root")


def read_policy(text: str) -> Json:
    """The policy in a JSON text, in normal form; ``Unknown`` where it is not a policy."""
    if len(text) > MAX_LENGTH:
        return Unknown("the policy is longer than AWS allows", certainly_set=True)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Unknown("the policy is not valid JSON", certainly_set=True)
    if not isinstance(document, dict):
        return Unknown("the policy is not a JSON object", certainly_set=True)
    return normal_policy(document)


def normal_policy(document: dict[str, Any]) -> dict[str, Json]:
    """The policy with every list sorted, every value in a list, and the version written out."""
    statements = _listed(document.get("Statement", []))
    known = {"Version", "Id", "Statement"}
    return {
        "Version": document.get("Version", DEFAULT_VERSION),
        **({"Id": document["Id"]} if "Id" in document else {}),
        **{name: value for name, value in sorted(document.items()) if name not in known},
        "Statement": sorted(
            (_statement(s) if isinstance(s, dict) else s for s in statements), key=_text
        ),
    }


def same_policy(one: Json, other: Json) -> bool:
    """Whether two policies in normal form allow and deny the same.

    Labels (``Id`` and ``Sid``) mean nothing; the names of actions and of condition
    operators and keys are case-insensitive.
    """
    return bool(_meaning(one) == _meaning(other))


def _statement(statement: dict[str, Any]) -> dict[str, Json]:
    result: dict[str, Json] = {}
    for name, value in sorted(statement.items()):
        if name in _LISTS:
            result[name] = _sorted(value)
        elif name in _PRINCIPALS:
            result[name] = _principal(value)
        elif name == "Condition" and isinstance(value, dict):
            result[name] = {
                operator: {key: _sorted(v) for key, v in sorted(test.items())}
                if isinstance(test, dict)
                else test
                for operator, test in sorted(value.items())
            }
        else:
            result[name] = value
    return result


def _principal(value: Json) -> Json:
    """Principals by kind; "*" alone is everybody, and an account is its number."""
    if value == "*":
        return {"AWS": ["*"]}
    if not isinstance(value, dict):
        return value
    return {
        kind: _sorted([_ROOT.sub(r"\1", n) if isinstance(n, str) else n for n in _listed(names)])
        for kind, names in sorted(value.items())
    }


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _sorted(value: Json) -> list[Json]:
    """A list without repetition, in order, with numbers and booleans as the texts they mean."""
    texts = {item if isinstance(item, str) else _text(item) for item in _listed(value)}
    return sorted(texts)


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _meaning(policy: Json) -> Json:
    if not isinstance(policy, dict):
        return policy
    statements = [_statement_meaning(s) for s in policy.get("Statement", [])]
    # Saying the same twice changes nothing.
    return policy.get("Version"), sorted({_text(s) for s in statements})


def _statement_meaning(statement: Json) -> Json:
    if not isinstance(statement, dict):
        return statement
    meaning = {name: value for name, value in statement.items() if name != "Sid"}
    for name in ("Action", "NotAction"):
        if name in meaning:
            meaning[name] = sorted({action.lower() for action in meaning[name]})
    condition = meaning.pop("Condition", None)
    if isinstance(condition, dict) and condition:
        meaning["Condition"] = {
            operator.lower(): {key.lower(): v for key, v in test.items()}
            if isinstance(test, dict)
            else test
            for operator, test in condition.items()
        }
    return meaning
