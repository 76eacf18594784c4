"""``data.aws_iam_policy_document``: renders JSON exactly as the provider does.

The provider sorts lists of actions, resources and identifiers backwards, writes a list
of one as its element, and keeps sets in the order of a hash; see
``internal/service/iam/policy_document_data_source.go`` and ``policy_model.go``.
"""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

Json = Any

#: Members of a statement in the order in which the provider writes them.
_ORDER = (
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
)
_DEFAULT_VERSION = "2012-10-17"
_OLD_VERSION = "2008-10-17"


class PolicyError(Exception):
    """A policy document that the provider refuses."""


class OddPolicy(Exception):
    """A source document in a form whose rendering is not known."""


def render(config: dict[str, Json]) -> tuple[str, str]:
    """The ``json`` and ``minified_json`` of a data source with the given arguments.

    ``config`` is the whole configuration as plain data, null where not set. Raises
    ``PolicyError`` for what the provider refuses, and ``OddPolicy`` for a source
    document that is not as AWS writes policies.
    """
    version = config.get("version") or _DEFAULT_VERSION
    merged: dict[str, Json] = {"Version": "", "Id": "", "Statement": []}
    seen: set[str] = set()
    for source in _documents(config, "source_policy_documents", "source_json"):
        for statement in source["Statement"]:
            sid = statement.get("Sid", "")
            if sid in seen:
                raise PolicyError(f'two source documents have a statement with the Sid "{sid}"')
            if sid:
                seen.add(sid)
        _merge(merged, source)
    _merge(merged, _own_document(config, version))
    for override in _documents(config, "override_policy_documents", "override_json"):
        _merge(merged, override)
    document = {name: value for name, value in merged.items() if value}
    return _encode(document, indent=2), _encode(document, indent=None)


def _own_document(config: dict[str, Json], version: str) -> dict[str, Json]:
    statements: list[dict[str, Json]] = []
    seen: set[str] = set()
    for block in config.get("statement") or []:
        sid = block.get("sid") or ""
        if sid in seen:
            raise PolicyError(f'two statements have the Sid "{sid}"')
        if sid:
            seen.add(sid)
        statements.append(_statement(block, sid, version))
    return {"Version": version, "Id": config.get("policy_id") or "", "Statement": statements}


def _statement(block: dict[str, Json], sid: str, version: str) -> dict[str, Json]:
    made: dict[str, Json] = {"Sid": sid, "Effect": block.get("effect") or "Allow"}
    for name, argument in (("Action", "actions"), ("NotAction", "not_actions")):
        made[name] = _string_list(block.get(argument) or [])
    for name, argument in (("Resource", "resources"), ("NotResource", "not_resources")):
        made[name] = _variables(_string_list(block.get(argument) or []), version)
    for name, argument in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        made[name] = _principals(
            [
                (p["type"], _variables(_string_list(p["identifiers"]), version))
                for p in sorted(block.get(argument) or [], key=_principal_hash)
            ]
        )
    made["Condition"] = _conditions(
        [
            (c["test"], c["variable"], [_variable(v or "", version) for v in c["values"]])
            for c in sorted(block.get("condition") or [], key=_condition_hash)
        ]
    )
    return {name: made[name] for name in _ORDER if made[name]}


def _string_list(values: list[str]) -> Json:
    """One element stands by itself; several are sorted backwards."""
    if not values:
        return None
    return values[0] if len(values) == 1 else sorted(values, key=_bytes, reverse=True)


def _bytes(text: str) -> bytes:
    return text.encode()


def _variable(text: str, version: str) -> str:
    """``&{aws:username}`` stands for ``${aws:username}``, which Terraform would interpolate."""
    if version == _OLD_VERSION and "&{" in text:
        raise PolicyError("policy variables need the version 2012-10-17")
    return text.replace("&{", "${")


def _variables(value: Json, version: str) -> Json:
    if isinstance(value, list):
        return [_variable(v, version) for v in value]
    return None if value is None else _variable(value, version)


def _principals(given: list[tuple[str, Json]]) -> Json:
    if not given:
        return None
    if len(given) == 1 and given[0][0] == "*" and given[0][1] in ("*", ["*"]):
        return "*"
    made: dict[str, Json] = {}
    for type_, identifiers in given:
        before = made.get(type_)
        if isinstance(identifiers, list):
            known = [before] if isinstance(before, str) else before or []
            made[type_] = known + sorted(identifiers, key=_bytes, reverse=True)
        elif before is None:
            made[type_] = identifiers
        else:
            made[type_] = ([before] if isinstance(before, str) else before) + [identifiers]
    return dict(sorted(made.items(), key=lambda item: _bytes(item[0])))


def _conditions(given: list[tuple[str, str, list[str]]]) -> Json:
    made: dict[str, dict[str, Json]] = {}
    for test, variable, values in given:
        made.setdefault(test, {}).setdefault(variable, []).extend(values)
    return {
        test: {
            variable: values[0] if len(values) == 1 else values
            for variable, values in sorted(variables.items(), key=lambda item: _bytes(item[0]))
        }
        for test, variables in sorted(made.items(), key=lambda item: _bytes(item[0]))
    }


def _set_hash(serialized: str) -> str:
    """The key by which the older plugin kit orders a set's elements, as text."""
    return str(crc32(serialized.encode()))


def _principal_hash(block: dict[str, Json]) -> str:
    members = sorted(block["identifiers"], key=lambda v: _set_hash(f"{v};"))
    listed = "".join(f"{v};" for v in members)
    return _set_hash(f"identifiers:{{{listed}}};type:{block['type']};")


def _condition_hash(block: dict[str, Json]) -> str:
    listed = "".join(f"{v or ''};" for v in block["values"])
    return _set_hash(f"test:{block['test']};values:({listed});variable:{block['variable']};")


def _documents(config: dict[str, Json], several: str, one: str) -> list[dict[str, Json]]:
    texts = [text for text in config.get(several) or [] if text]
    if config.get(one):
        texts.append(config[one])
    return [_parse(text) for text in texts]


def _parse(text: str) -> dict[str, Json]:
    """A policy document that stands as JSON text, as the provider reads it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"a source document is not valid JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("Statement", []), list):
        raise OddPolicy("a source document is not a policy with a list of statements")
    return {
        "Version": _text(data.get("Version", "")),
        "Id": _text(data.get("Id", "")),
        "Statement": [_parse_statement(s) for s in data.get("Statement", [])],
    }


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise OddPolicy("a source document has something else where text belongs")
    return value


def _parse_statement(data: Json) -> dict[str, Json]:
    if not isinstance(data, dict) or data.keys() - set(_ORDER):
        raise OddPolicy("a source document has a statement with unusual members")
    made = dict(data)
    for name in ("Principal", "NotPrincipal"):
        if name in made:
            made[name] = _parse_principals(made[name])
    if "Condition" in made:
        made["Condition"] = _conditions(
            [
                (test, variable, [_value_text(v) for v in _as_list(values)])
                for test, variables in made["Condition"].items()
                for variable, values in variables.items()
            ]
        )
    return {name: made[name] for name in _ORDER if made.get(name)}


def _parse_principals(data: Json) -> Json:
    if isinstance(data, str):
        return "*"
    if not isinstance(data, dict):
        raise OddPolicy("a source document has unusual principals")
    return _principals([(t, v if isinstance(v, str) else sorted(v)) for t, v in data.items()])


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _value_text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value)


def _merge(document: dict[str, Json], added: dict[str, Json]) -> None:
    """Statements of ``added`` replace those of the same Sid, or come at the end."""
    if added["Id"]:
        document["Id"] = added["Id"]
    document["Version"] = max(document["Version"], added["Version"])
    for statement in added["Statement"]:
        sid = statement.get("Sid")
        for index, existing in enumerate(document["Statement"]):
            if sid and existing.get("Sid") == sid:
                document["Statement"][index] = statement
                break
        else:
            document["Statement"].append(statement)


def _encode(document: dict[str, Json], indent: int | None) -> str:
    """JSON as Go writes it, which also escapes what HTML would take for markup."""
    separators = (",", ": ") if indent else (",", ":")
    text = json.dumps(document, ensure_ascii=False, indent=indent, separators=separators)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
