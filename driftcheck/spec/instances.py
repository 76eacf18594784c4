"""``for_each`` in a spec: one file, and a spec for every element of a list or map.

The placeholders are Terraform's: ``${each.key}``, ``${each.value}``, and
``${each.value.NAME}`` for a member of an element that is a map. A text that is one
placeholder and nothing else becomes the value itself, with its type; ``$${each.key}``
is the text ``${each.key}``. Nothing is evaluated: there are no functions and no
operators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from driftcheck.documents import Document
from driftcheck.documents.validate import suggestion
from driftcheck.errors import SpecError
from driftcheck.model.location import Location
from driftcheck.model.pointer import child
from driftcheck.model.values import Json

#: Most elements of one ``for_each``.
MAX_INSTANCES = 1_000
#: Most values of all the instances of one file together.
MAX_VALUES = 1_000_000

_FOR_EACH = "for_each"
_MARK = "${each"
_PLACEHOLDER = re.compile(r"(?P<escape>\$?)\$\{each\.(?P<path>[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Each:
    """One element: what ``each.key`` and ``each.value`` stand for."""

    key: str
    value: Json


def instances(document: Document) -> Iterator[tuple[Each | None, Document]]:
    """The documents of a spec file: itself, or one for every element of its ``for_each``.

    The part ``for_each`` itself must have the form that the schema gives it. Raises
    ``SpecError`` at the placeholder that names nothing, and when the instances would
    be too many or too large.
    """
    data = document.data
    if not isinstance(data, dict) or _FOR_EACH not in data:
        yield None, document
        return
    elements = _elements(data[_FOR_EACH])
    if len(elements) > MAX_INSTANCES:
        raise SpecError(
            f'"for_each" has {len(elements)} elements, and at most {MAX_INSTANCES} are taken.',
            document.where("/" + _FOR_EACH),
            'Name tables by a pattern, as `table: "invoice-*"`, or split the file.',
        )
    left = MAX_VALUES
    for each in elements:
        made = _Instance(document, each)
        yield each, made.document()
        left -= len(made.values)
        if left < 0:
            raise SpecError(
                f"the instances of this spec hold more than {MAX_VALUES} values.",
                document.where("/" + _FOR_EACH),
                "Split the file, or state less in each.",
            )


def has_placeholder(text: str) -> bool:
    """Whether a text of a spec with ``for_each`` differs between its instances."""
    return any(not found["escape"] for found in _PLACEHOLDER.finditer(text))


def _elements(stated: Json) -> list[Each]:
    if isinstance(stated, Mapping):
        return [Each(str(key), value) for key, value in stated.items()]
    return [Each(str(value), value) for value in stated]


class _Instance:
    """One instance in the making."""

    def __init__(self, template: Document, each: Each) -> None:
        self._template = template
        self._each = each
        self.values: dict[str, Location] = {}
        self._keys: dict[str, Location] = {}

    def document(self) -> Document:
        data = self._filled({k: v for k, v in self._template.data.items() if k != _FOR_EACH}, "")
        return Document(data, self.values, self._keys)

    def _filled(self, value: Json, pointer: str) -> Json:
        """The value with its placeholders replaced; what it is made of is noted on the way."""
        here = self._template.values[pointer]
        if isinstance(value, str) and _MARK in value:
            found = self._replaced(value, here)
            self._note(found, pointer, here)
            return found
        self.values[pointer] = here
        if pointer in self._template.keys:
            self._keys[pointer] = self._template.keys[pointer]
        if isinstance(value, dict):
            for name in value:
                self._check_key(name, child(pointer, name))
            return {name: self._filled(v, child(pointer, name)) for name, v in value.items()}
        if isinstance(value, list):
            return [self._filled(v, child(pointer, str(i))) for i, v in enumerate(value)]
        return value

    def _note(self, value: Json, pointer: str, here: Location) -> None:
        """Everything that a placeholder brought in stands where the placeholder does."""
        self.values[pointer] = here
        if pointer in self._template.keys:
            self._keys[pointer] = self._template.keys[pointer]
        if len(self.values) > MAX_VALUES:
            return  # the caller refuses
        if isinstance(value, dict):
            for name, member in value.items():
                below = child(pointer, name)
                self._note(member, below, here)
                self._keys[below] = here
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._note(item, child(pointer, str(index)), here)

    def _check_key(self, name: str, pointer: str) -> None:
        if _MARK in name:
            raise SpecError(
                f'the key "{name}" holds a placeholder.',
                self._template.keys.get(pointer),
                "Placeholders stand in values. For a whole mapping: give it as the element's "
                "value, and write ${each.value.NAME} in its place.",
            )

    def _replaced(self, text: str, here: Location) -> Json:
        whole = _PLACEHOLDER.fullmatch(text)
        if whole is not None and not whole["escape"]:
            return self._value(whole["path"], here)
        parts: list[str] = []
        position = 0
        for found in _PLACEHOLDER.finditer(text):
            self._check_rest(text[position : found.start()], here)
            parts.append(text[position : found.start()])
            parts.append(
                found[0][1:] if found["escape"] else self._text(found["path"], found[0], here)
            )
            position = found.end()
        self._check_rest(text[position:], here)
        return "".join([*parts, text[position:]])

    def _check_rest(self, text: str, here: Location) -> None:
        if _MARK in text:
            raise SpecError(
                f'"{text[text.index(_MARK) :]}" is not a placeholder.',
                here,
                "Known are ${each.key}, ${each.value} and ${each.value.NAME}.",
            )

    def _text(self, path: str, shown: str, here: Location) -> str:
        match self._value(path, here):
            case bool(value):
                return "true" if value else "false"
            case dict() | list() | None:
                raise SpecError(f"{shown} is not a text, a number or a truth value.", here)
            case value:
                return str(value)

    def _value(self, path: str, here: Location) -> Json:
        start, *names = path.split(".")
        if start == "key" and not names:
            return self._each.key
        if start != "value":
            raise SpecError(
                f"${{each.{path}}} names nothing.",
                here,
                "Known are ${each.key}, ${each.value} and ${each.value.NAME}.",
            )
        value = self._each.value
        for name in names:
            if not isinstance(value, dict) or name not in value:
                known = list(value) if isinstance(value, dict) else []
                raise SpecError(
                    f'${{each.{path}}} names nothing in the element "{self._each.key}".',
                    here,
                    suggestion(name, known) or "The element is not a map.",
                )
            value = value[name]
        return value
