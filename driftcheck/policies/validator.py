"""JSON Schema over documents in which some values are unknown.

A schema holds, does not hold, or cannot be decided. jsonschema knows the first
two; here every keyword that meets an ``Unknown`` yields an ``UndecidedError``
instead of passing or failing, and the keywords that combine schemas follow
Kleene's three-valued logic: ``anyOf`` with one branch that holds is satisfied
whatever the unknown in another branch turns out to be.

Patterns are matched by RE2 in time linear in the text, because a policy is
untrusted input.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from driftcheck.documents.quick import asks_for_null
from driftcheck.model.values import Json, Unknown, first_unknown, is_number
from driftcheck.policies.keywords import (
    OWN,
    THE_VALUE,
    Keyword,
    Surroundings,
    Undecided,
    Validating,
)
from driftcheck.policies.patterns import compiled

#: A keyword as jsonschema calls it: with the validator, the argument, the value, the schema.
_Keyword = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]


class UndecidedError(ValidationError):
    """An error that says: this keyword met something unknown, so nobody can tell."""

    def __init__(self, unknown: Unknown, path: Iterable[str] = ()) -> None:
        super().__init__(unknown.reason, path=tuple(path))
        self.unknown = unknown


def iter_errors(
    schema: Mapping[str, Any], document: Json, around: Surroundings | None = None
) -> Iterator[ValidationError]:
    """Every way in which the document breaks the schema; ``UndecidedError`` where nobody can tell.

    Besides the keywords of JSON Schema there are those of ``keywords``.
    """
    with Validating(document, around or Surroundings()):
        # A registry of nothing: whatever a reference says, no document is fetched for it.
        yield from _validator_class()(schema, registry=Registry()).iter_errors(document)


def verdict(
    schema: Mapping[str, Any], document: Json, around: Surroundings | None = None
) -> bool | Unknown:
    """Whether the document satisfies the schema, or why that cannot be told."""
    undecided: Unknown | None = None
    for error in iter_errors(schema, document, around):
        if not isinstance(error, UndecidedError):
            return False
        undecided = undecided or error.unknown
    return undecided or True


@functools.cache
def _validator_class() -> Any:
    combining: dict[str, _Keyword] = {
        "anyOf": _any_of,
        "oneOf": _one_of,
        "not": _not,
        "if": _if,
        "contains": _contains,
        "multipleOf": _multiple_of,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        **{name: _own(keyword) for name, keyword in OWN.items()},
    }
    transparent = {"allOf", "$ref", "$dynamicRef", "anyOf", "oneOf", "not", "if"}
    keywords: dict[str, _Keyword] = {}
    for name, keyword in {**Draft202012Validator.VALIDATORS, **combining}.items():
        keywords[name] = keyword if name in transparent else _guarded(name, keyword)
    checker = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": _is_number, "integer": _is_integer}
    )
    return extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, keywords, type_checker=checker
    )


def _is_number(_checker: object, value: object) -> bool:
    return is_number(value)


def _is_integer(_checker: object, value: object) -> bool:
    match value:
        case int():
            return not isinstance(value, bool)
        case Decimal():
            return value.is_finite() and value == value.to_integral_value()
        case _:
            return isinstance(value, float) and value.is_integer()


def _own(keyword: Keyword) -> _Keyword:
    """A keyword of ours as jsonschema calls it."""

    def check(_v: Any, argument: Any, instance: Any, _s: Any) -> Iterator[ValidationError]:
        for outcome in keyword(argument, instance):
            if isinstance(outcome, Undecided):
                yield UndecidedError(outcome.unknown, outcome.path)
                continue
            error = ValidationError(outcome.message, path=tuple(outcome.path))
            if outcome.found is not THE_VALUE:
                error.instance = outcome.found
            yield error

    return check


def _guarded(name: str, keyword: _Keyword) -> _Keyword:
    """The keyword, undecided where its instance is unknown."""

    def check(
        validator: Any, wanted: Any, instance: Any, schema: Any
    ) -> Iterable[ValidationError] | None:
        if isinstance(instance, Unknown):
            if instance.certainly_set and asks_for_null(name, wanted):
                return [ValidationError("a value that is certainly set is not null")]
            return [UndecidedError(instance)]
        among = name == "uniqueItems" and wanted and isinstance(instance, list)
        if among or name in {"const", "enum"}:
            inside = first_unknown(instance)
            if inside is not None:
                return [UndecidedError(inside)]
        return keyword(validator, wanted, instance, schema)

    return check


def _decided(errors: list[ValidationError]) -> bool:
    """Whether a list of errors is a definite failure."""
    return any(not isinstance(e, UndecidedError) for e in errors)


def _branches(
    validator: Any, schemas: list[Any], instance: Any
) -> tuple[int, list[ValidationError], list[ValidationError]]:
    """How many branches hold, the errors of undecided ones, and those of failed ones."""
    holding = 0
    undecided: list[ValidationError] = []
    failed: list[ValidationError] = []
    for index, schema in enumerate(schemas):
        errors = list(validator.descend(instance, schema, schema_path=index))
        if not errors:
            holding += 1
        elif _decided(errors):
            failed += errors
        else:
            undecided += errors
    return holding, undecided, failed


def _any_of(validator: Any, schemas: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    holding, undecided, failed = _branches(validator, schemas, instance)
    if holding:
        return
    if undecided:
        yield undecided[0]
    else:
        yield ValidationError("none of the alternatives holds", context=failed)


def _one_of(validator: Any, schemas: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    holding, undecided, failed = _branches(validator, schemas, instance)
    if holding > 1:
        yield ValidationError("more than one of the alternatives holds")
    elif undecided:
        yield undecided[0]
    elif not holding:
        yield ValidationError("none of the alternatives holds", context=failed)


def _not(validator: Any, schema: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    errors = list(validator.descend(instance, schema))
    if not errors:
        yield ValidationError("holds what must not hold")
    elif not _decided(errors):
        yield errors[0]


def _if(validator: Any, condition: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    errors = list(validator.descend(instance, condition, schema_path="if"))
    then, otherwise = (
        list(validator.descend(instance, schema[k], schema_path=k)) if k in schema else []
        for k in ("then", "else")
    )
    if not errors:
        yield from then
    elif _decided(errors):
        yield from otherwise
    elif then or otherwise:
        # Either outcome of the condition might be the one that fails.
        yield from (then + otherwise) if _decided(then) and _decided(otherwise) else errors


def _contains(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, list):
        return
    least = schema.get("minContains", 1)
    most = schema.get("maxContains", len(instance))
    holding = 0
    undecided: list[ValidationError] = []
    for element in instance:
        errors = list(validator.descend(element, wanted))
        if not errors:
            holding += 1
        elif not _decided(errors):
            undecided.append(errors[0])
    if holding > most:
        yield ValidationError(f"{holding} elements match, at most {most} may")
    elif holding + len(undecided) < least:
        yield ValidationError(f"{holding} elements match, at least {least} must")
    elif undecided and not (least <= holding and holding + len(undecided) <= most):
        yield undecided[0]


def _multiple_of(_v: Validator, unit: Any, instance: Any, _s: Any) -> Iterator[ValidationError]:
    """Exact, and for every kind of number that a document and a policy may hold."""
    if is_number(instance) and (not isfinite(instance) or Fraction(instance) % Fraction(unit)):
        yield ValidationError(f"{instance} is not a multiple of {unit}")


def _pattern(_v: Validator, pattern: str, instance: Any, _s: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Any, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, schema in patterns.items():
        for name, value in instance.items():
            if compiled(pattern).search(name):
                yield from validator.descend(value, schema, path=name, schema_path=pattern)
