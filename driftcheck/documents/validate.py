"""Holding a document against its JSON Schema, with messages that name the line.

The schema is ours and trusted; the document is not.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from driftcheck.documents.nodes import Document
from driftcheck.documents.quick import quick_test
from driftcheck.errors import SpecError
from driftcheck.model.location import Location
from driftcheck.model.pointer import child, join
from driftcheck.model.values import Json

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SPOKEN_BOOLEANS = ("yes", "no", "on", "off")
#: Most problems told at once.
_SHOWN = 10
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def validate(document: Document, schema: Mapping[str, Any], what: str) -> None:
    """Raise one ``SpecError`` for everything in which the document breaks the schema.

    The error stands at the first mistake in the file and lists the others.
    ``what`` names the kind of file in messages, as "spec".
    """
    test = quick_test(schema)
    if test is not None and test(document.data) is True:
        return
    from jsonschema import Draft202012Validator

    problems = sorted(
        (
            problem
            for error in Draft202012Validator(dict(schema)).iter_errors(document.data)
            for problem in _problems(error, document, what)
        ),
        key=lambda p: (p.location is None, p.location),
    )
    if not problems:
        return
    first, rest = problems[0], problems[1:]
    more = [str(p) for p in rest[:_SHOWN]]
    if len(rest) > _SHOWN:
        more.append(f"... and {len(rest) - _SHOWN} more.")
    raise SpecError(first.summary, first.location, "\n".join([first.detail, *more]))


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that proposes the known name nearest to ``name``, or lists all known ones."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known here: {', '.join(names)}." if names else ""


def _problems(error: ValidationError, document: Document, what: str) -> Iterable[SpecError]:
    pointer = join(*(str(token) for token in error.absolute_path))
    if error.validator in ("anyOf", "oneOf"):
        # The alternative that came closest says what is wrong more plainly than "none fits".
        nearest = _nearest(error)
        if nearest is not None:
            yield from _problems(nearest, document, what)
            return
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        yield from _unknown_keys(error, pointer, document, what)
        return
    summary = _summary(error, _name(error, f"the {what}"))
    help_text = _help(error)
    yield SpecError(summary, document.where(pointer) if pointer else _start(document), help_text)


def _name(error: ValidationError, whole: str) -> str:
    """What a message calls the place: its key, elements of lists with their number from 1."""
    path = list(error.absolute_path)
    if not path:
        return whole
    if isinstance(path[-1], int) and len(path) > 1:
        return f'element {path[-1] + 1} of "{path[-2]}"'
    return f'"{path[-1]}"'


def _nearest(error: ValidationError) -> ValidationError | None:
    """The deepest error of the alternatives; None where they fail on the value's own type."""
    deep = [e for e in error.context or [] if e.path or e.validator not in ("type", "required")]
    return max(deep, key=lambda e: len(e.absolute_path), default=None)


def _unknown_keys(
    error: ValidationError, pointer: str, document: Document, what: str
) -> Iterable[SpecError]:
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    known = schema.get("properties", {})
    unexpected: Any = error.instance
    for name in unexpected:
        if name not in known:
            where = document.keys[child(pointer, str(name))]
            owner = _name(error, f"a {what}")
            detail = suggestion(str(name), known)
            yield SpecError(f'"{name}" is not known in {owner}.', where, detail)


def _summary(error: ValidationError, place: str) -> str:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    shown = brief(instance)
    match error.validator:
        case "type":
            names = [wanted] if isinstance(wanted, str) else list(wanted)
            expected = " or ".join(_TYPES[n] for n in names)
            return f"{place} must be {expected}, not {shown}."
        case "required":
            missing = [n for n in wanted if n not in instance]
            return f"{place} lacks {_listing(missing)}."
        case "enum":
            return f"{place} is {shown}, but must be one of {_listing(wanted)}."
        case "const":
            return f"{place} is {shown}, but must be {brief(wanted)}."
        case "minimum" | "exclusiveMinimum":
            return f"{place} is {shown}, but must be at least {wanted}."
        case "maximum" | "exclusiveMaximum":
            return f"{place} is {shown}, but must be at most {wanted}."
        case "minLength" | "minItems" | "minProperties" if wanted == 1:
            return f"{place} must not be empty."
        case "minLength":
            return f"{place} must have at least {wanted} characters."
        case "uniqueItems":
            return f"{place} holds the same element twice."
        case "anyOf" if (alternatives := _required_alternatives(wanted)) is not None:
            return f"{place} lacks at least one of {_listing(alternatives)}."
        case "anyOf" | "oneOf":
            return f"{place} is {shown}, which has none of the accepted forms."
        case _:
            return f"{place} is not acceptable: {shown}."


def _required_alternatives(alternatives: list[Mapping[str, Any]]) -> list[str] | None:
    """The keys of which one has to be there, if that is all that the alternatives say."""
    if any(set(a) != {"required"} for a in alternatives):
        return None
    return [name for a in alternatives for name in a["required"]]


def _help(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, dict) else {}
    instance: Any = error.instance
    choices: Any = error.validator_value
    if error.validator == "enum" and isinstance(error.instance, str):
        near = difflib.get_close_matches(error.instance, [str(v) for v in choices])
        if near:
            return f'Did you mean "{near[0]}"?'
    if error.validator == "type" and str(instance).lower() in _SPOKEN_BOOLEANS:
        return "In YAML 1.2 yes, no, on and off are text: write true or false."
    if error.validator in ("required", "anyOf"):
        return ""  # what is missing has been named; the description is of what is there
    description = schema.get("description")
    return str(description) if description else ""


def brief(value: Json) -> str:
    """A value as it is named in a message: short, on one line."""
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "null"
        case _:
            text = json.dumps(value, ensure_ascii=False, default=str)
            return text if len(text) <= 60 else text[:57] + "..."


def _listing(names: Iterable[Json]) -> str:
    return ", ".join(brief(n) for n in names)


def _start(document: Document) -> Location:
    return document.values[""]
