"""Reading policy files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftcheck.documents import Document, load_document
from driftcheck.documents.validate import suggestion, validate
from driftcheck.errors import SpecError
from driftcheck.model.finding import Severity
from driftcheck.model.location import Location
from driftcheck.model.pointer import child, join, prefixes
from driftcheck.model.values import Json, Unknown
from driftcheck.policies.bounds import BY_NAME, LISTS, SINGLE, Unsound, check
from driftcheck.policies.files import policy_files
from driftcheck.policies.keywords import KEYWORDS, Surroundings, Validating
from driftcheck.policies.model import Example, Parameter, Policy, with_parameters
from driftcheck.policies.quick import quick_test
from driftcheck.policies.schema import policy_schema

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


def load_policies(directories: Sequence[Path]) -> list[Policy]:
    """Every policy in the files of the directories, sorted by id.

    Raises ``SpecError`` for a file that is no policy and for an id given twice.
    """
    policies: dict[str, Policy] = {}
    for path in policy_files(directories):
        policy = load_policy(path)
        other = policies.get(policy.id)
        if other is not None:
            raise SpecError(
                f'the policy id "{policy.id}" is taken.',
                policy.location,
                f"It is also that of {other.location}; give each policy its own.",
            )
        policies[policy.id] = policy
    return [policies[name] for name in sorted(policies)]


def load_policy(path: Path) -> Policy:
    """The policy in a YAML or JSON file.

    Raises ``SpecError`` at the line of the first mistake, a schema that is not
    JSON Schema and a parameter that is not declared included.
    """
    document = load_document(path)
    validate(document, policy_schema(), "policy")
    data = document.data
    for part in ("when", "must"):
        _check_schema(document, join(part), data.get(part, {}))
    defaults = {name: p["default"] for name, p in data.get("parameters", {}).items()}
    for part in ("when", "must"):
        _check_bounds(document, join(part), with_parameters(data.get(part, {}), defaults))
    for index, example in enumerate(data["examples"]):
        if "parameters" in example:
            place = join("examples", str(index), "parameters")
            values = {**defaults, **example["parameters"]}
            for part in ("when", "must"):
                _check_bounds(document, place, with_parameters(data.get(part, {}), values))
    parameters = {
        name: Parameter(p["default"], p["schema"], p.get("description", ""))
        for name, p in data.get("parameters", {}).items()
    }
    for name, parameter in parameters.items():
        _check_default(document, join("parameters", name), parameter)
    return Policy(
        id=data["id"],
        title=data["title"],
        severity=Severity(data["severity"]),
        rationale=data["rationale"],
        remediation=data["remediation"],
        must=data["must"],
        when=data.get("when", {}),
        hcl=data.get("hcl", ""),
        path=data.get("path", ""),
        packs=tuple(data.get("packs", ())),
        parameters=parameters,
        references={k: tuple(v) for k, v in data.get("references", {}).items()},
        examples=tuple(_example(e) for e in data["examples"]),
        location=document.values[join("id")],
    )


def check_parameters(
    policy: Policy, values: Mapping[str, Json], locations: Mapping[str, Location]
) -> None:
    """Refuse parameter values that a spec sets and the policy cannot take.

    ``locations`` maps the parameters' names to where the spec sets them.
    """
    for name, value in values.items():
        declared = policy.parameters.get(name)
        if declared is None:
            raise SpecError(
                f'the policy "{policy.id}" has no parameter "{name}".',
                locations.get(name),
                suggestion(name, policy.parameters),
            )
        for error in _errors(declared.schema, value):
            raise SpecError(
                f'the parameter "{name}" of the policy "{policy.id}" cannot be this: '
                f"{error.message[:200]}.",
                locations.get(name),
                declared.description,
            )
    for schema in (policy.when, policy.must) if values else ():
        try:
            check(with_parameters(schema, policy.values(values)))
        except Unsound as error:
            raise SpecError(
                f'with these parameters the policy "{policy.id}" is none: {error.problem}',
                next(iter(locations.values()), None),
                error.advice,
            ) from None


def _errors(schema: Mapping[str, Any], value: Json) -> Iterable[ValidationError]:
    """What is wrong with a parameter's value. Most have nothing wrong, which is told quickly."""
    with Validating(value, Surroundings()):
        test = quick_test(schema)
        if test is not None and test(value) is True:
            return ()
    from driftcheck.policies.validator import iter_errors

    return iter_errors(schema, value)


def _example(data: Mapping[str, Any]) -> Example:
    return Example(
        name=data["name"],
        expect=data["expect"],
        document=_with_unknowns(data["document"]),
        parameters=data.get("parameters", {}),
        at=tuple(data.get("at", ())),
        account=data.get("account"),
        now=data.get("now"),
        set_by_code=tuple(data.get("set_by_code", ())),
    )


def _with_unknowns(value: Json) -> Json:
    """``{$unknown: reason}`` of an example as the marker that it stands for."""
    match value:
        case {"$unknown": str(reason)}:
            return Unknown(reason, certainly_set=bool(value.get("certainly_set", False)))
        case dict():
            return {k: _with_unknowns(v) for k, v in value.items()}
        case list():
            return [_with_unknowns(v) for v in value]
        case _:
            return value


def _check_default(document: Document, pointer: str, parameter: Parameter) -> None:
    _check_bounds(document, child(pointer, "schema"), dict(parameter.schema))
    for problem in _errors(parameter.schema, parameter.default):
        where = document.values[pointer]
        raise SpecError(f"the default breaks its own schema: {problem.message[:200]}.", where)


def _check_schema(document: Document, pointer: str, schema: Json) -> None:
    """Refuse what is not JSON Schema, or uses a keyword or parameter that nobody knows.

    JSON Schema itself ignores unknown keywords; in a rule a misspelt keyword would
    then silently allow everything.
    """
    if isinstance(schema, bool):
        return
    where = document.where(pointer) if pointer in document.values else None
    if not isinstance(schema, dict):
        raise SpecError("a schema must be a mapping, true or false.", where)
    parameters = document.data.get("parameters", {})
    for keyword, value in schema.items():
        below = child(pointer, keyword)
        _check_parameter(document, below, value, parameters)
        if keyword not in KEYWORDS:
            raise SpecError(
                f'"{keyword}" is not a keyword of JSON Schema.',
                document.keys.get(below),
                suggestion(keyword, KEYWORDS),
            )
        if keyword in BY_NAME and isinstance(value, dict):
            for name, inner in value.items():
                _check_schema(document, child(below, name), inner)
        elif keyword in LISTS and isinstance(value, list):
            for index, inner in enumerate(value):
                _check_schema(document, child(below, str(index)), inner)
        elif keyword in SINGLE:
            _check_schema(document, below, value)


def _check_bounds(document: Document, part: str, schema: Json) -> None:
    """Refuse a schema that is not followed as it is with these values of the parameters."""
    try:
        check(schema)
    except Unsound as error:
        # What a parameter puts there stands elsewhere.
        known = next(p for p in prefixes(part + error.pointer) if p in document.values)
        raise SpecError(error.problem, document.where(known), error.advice) from None


def _check_parameter(
    document: Document, pointer: str, value: Json, parameters: Mapping[str, Json]
) -> None:
    """Refuse parameters that are not declared, however deep in a keyword's value they stand."""
    if isinstance(value, dict) and set(value) == {"$parameter"}:
        name = value["$parameter"]
        if not isinstance(name, str) or name not in parameters:
            raise SpecError(
                f'there is no parameter "{name}".',
                document.values.get(child(pointer, "$parameter")),
                suggestion(str(name), parameters),
            )
    elif isinstance(value, dict):
        for token, inner in value.items():
            _check_parameter(document, child(pointer, token), inner, parameters)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_parameter(document, child(pointer, str(index)), inner, parameters)
