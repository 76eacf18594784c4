"""Random expressions that mostly make sense, to hold our evaluator against Terraform's."""

from __future__ import annotations

import random
from collections.abc import Callable

_NUMBERS = ["1", "2", "3", "0", "-1", "1.5", "0.1", "10", "7", "1e3", "0.25", "1/3"]
_NUMBERS += ["123456789012345678901", "length([1, 2])"]
_STRINGS = ['"a"', '"b"', '"c"', '"B"', '"1"', '"true"', '""', '"é"', '"a b"', '"10"']
_EMPTY = ["null", "tostring(null)", "tonumber(null)", "tolist([])", "tomap({})", "toset([])"]
_KEYS = ["a", "b", "c", '"d e"', "é"]


def random_expressions(
    seed: int, count: int, unknowns: float = 0.05, secrets: float = 0
) -> list[str]:
    """``count`` different expressions.

    ``unknowns`` and ``secrets`` say how often something is unknown or sensitive. Where
    there are secrets, the expressions ask whether their value is sensitive.
    """
    writer = _Writer(random.Random(seed), unknowns, secrets)
    found: dict[str, None] = {}
    while len(found) < count:
        kind = writer.pick("any", "collection", "collection", "string", "bool", "number")
        expression = writer.write(kind, int(writer.pick("2", "3", "3", "4")), ())
        if secrets:
            expression = f"issensitive({expression})"
        if len(expression) < 500:
            found[expression] = None
    return list(found)


Names = tuple[tuple[str, str], ...]


class _Writer:
    """Writes expressions of a wanted kind.

    A kind is ``number``, ``string``, ``bool``, ``object``, ``sequence:KIND`` or
    ``mapping:KIND`` of elements of a kind, ``collection`` or ``any``. ``names`` are the
    symbols in scope with their kinds.
    """

    def __init__(self, source: random.Random, unknowns: float, secrets: float) -> None:
        self.random = source
        self.unknowns = unknowns
        self.secrets = secrets

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def write(self, kind: str, depth: int, names: Names) -> str:
        if self.chance(self.secrets):
            return f"sensitive({self.write(kind, depth, names)})"
        family, _, element = kind.partition(":")
        known = [name for name, of in names if of == kind]
        if known and self.chance(0.3 if depth > 0 else 0.6):
            return self.pick(*known)
        if family in ("sequence", "mapping"):
            write = self._sequence if family == "sequence" else self._mapping
            return write(element, depth - 1, names)
        writers: dict[str, Callable[[int, Names], str]] = {
            "number": self._number,
            "string": self._string,
            "bool": self._bool,
            "object": self._object,
            "collection": self._collection,
            "any": self._any,
        }
        return writers[kind](depth - 1, names)

    def scalar(self, depth: int, names: Names) -> str:
        return self.write(self.pick("number", "string", "bool"), depth, names)

    def element(self, kind: str, depth: int, names: Names) -> str:
        return "null" if self.chance(0.06) else self.write(kind, depth, names)

    def _conditional(self, kind: str, depth: int, names: Names, other: str = "") -> str:
        condition = self.write("bool", depth, names)
        then = self.write(kind, depth, names)
        return f"({condition} ? {then} : {self.write(other or kind, depth, names)})"

    def _number(self, depth: int, names: Names) -> str:
        if depth < 0 or self.chance(0.2):
            return self.pick(*_NUMBERS)
        number = self.write("number", depth, names)
        match self.random.randrange(9):
            case 0 | 1 | 2:
                return f"({number} {self.pick(*'+-*/%')} {self.write('number', depth, names)})"
            case 3:
                return f"length({self.write('collection', depth, names)})"
            case 4:
                return self._conditional("number", depth, names)
            case 5:
                return f"[{number}, {self.element('number', depth, names)}][0]"
            case 6:
                return f"-{number}"
            case 7:
                return f"try({self._failing(depth, names)}, {number})"
        return f"{{ a = {number}, b = {self.write('any', depth, names)} }}.a"

    def _string(self, depth: int, names: Names) -> str:
        if depth < 0 or self.chance(0.2):
            if self.chance(self.unknowns):
                return "terraform_data.u.id"
            return self.pick(*_STRINGS)
        match self.random.randrange(9):
            case 0 | 1 | 2:
                tail = self.pick("", "y", f"${{{self.write('string', depth, names)}}}")
                return f'"{self.pick("", "x", "é ")}${{{self.scalar(depth, names)}}}{tail}"'
            case 3:
                return self._conditional("string", depth, names, self.pick("string", "number"))
            case 4:
                return f"jsonencode({self.write('any', depth, names)})"
            case 5:
                return f"tostring({self.scalar(depth, names)})"
            case 6:
                then = self.pick("p", f"${{{self.write('number', depth, names)}}}")
                condition = self.write("bool", depth, names)
                return f'"%{{ if {condition} }}{then}%{{ else }}q%{{ endif }}"'
            case 7:
                items = self.write("sequence:string", depth, names)
                return f'"%{{ for x in {items} }}${{x}},%{{ endfor }}"'
        return f'join(",", {self.write("sequence:string", depth, names)})'

    def _bool(self, depth: int, names: Names) -> str:
        if depth < 0 or self.chance(0.2):
            if self.chance(self.unknowns / 2):
                return '(terraform_data.u.id == "a")'
            return self.pick("true", "false")
        kind = self.pick("number", "string", "bool", "any", "collection")
        match self.random.randrange(8):
            case 0 | 1:
                left, right = (self.write("number", depth, names) for _ in range(2))
                return f"({left} {self.pick('<', '>', '<=', '>=')} {right})"
            case 2 | 3 | 4:
                left, right = (self.write(kind, depth, names) for _ in range(2))
                return f"({left} {self.pick('==', '!=')} {right})"
            case 5:
                left, right = (self.write("bool", depth, names) for _ in range(2))
                return f"({left} {self.pick('&&', '||')} {right})"
            case 6:
                return f"!{self.write('bool', depth, names)}"
        return f"can({self.pick(self._failing(depth, names), self.write('any', depth, names))})"

    def _failing(self, depth: int, names: Names) -> str:
        """Something that is an error more often than not."""
        collection = self.write("collection", depth, names)
        match self.random.randrange(5):
            case 0:
                return "{}.a"
            case 1:
                return f"{collection}[{self.write('number', 0, names)}]"
            case 2:
                return f"{collection}.a"
            case 3:
                return f"tonumber({self.write('string', depth, names)})"
        return f"{self.write('any', depth, names)} + 1"

    def _tuple(self, kind: str, depth: int, names: Names) -> str:
        length = int(self.pick(*"01223"))
        return "[" + ", ".join(self.element(kind, depth, names) for _ in range(length)) + "]"

    def _sequence(self, kind: str, depth: int, names: Names) -> str:
        choice = self.random.randrange(8)
        if depth < 0 or choice < 3:
            return self._tuple(kind, depth, names)
        if choice < 5:
            return f"{self.pick('tolist', 'toset')}({self._tuple(kind, depth, names)})"
        if choice == 5:
            return self._conditional(f"sequence:{kind}", depth, names)
        if choice == 6:
            given = self.pick("number", "string", "any")
            inner = (*names, ("x", given))
            condition = self.pick("", "", f" if {self.write('bool', depth, inner)}")
            items = self.write(f"sequence:{given}", depth, names)
            return f"[for x in {items} : {self.element(kind, depth, inner)}{condition}]"
        if self.chance(0.5):
            return f"{self._tuple('object', depth, names)}[*].a"
        inner = (*names, ("k", "string"), ("x", "number"))
        items = self.write("mapping:number", depth, names)
        return f"[for k, x in {items} : {self.element(kind, depth, inner)}]"

    def _mapping(self, kind: str, depth: int, names: Names) -> str:
        choice = self.random.randrange(8)
        if depth < 0 or choice < 3:
            keys = self.random.sample(_KEYS, int(self.pick(*"01223")))
            items = [f"{key} = {self.element(kind, depth, names)}" for key in keys]
            return "{ " + ", ".join(items) + " }"
        if choice == 3:
            return f"tomap({self.write(f'mapping:{kind}', depth, names)})"
        if choice == 4:
            return self._conditional(f"mapping:{kind}", depth, names)
        if choice == 5:
            parts = [self.write(f"mapping:{kind}", depth, names) for _ in range(2)]
            return f"merge({', '.join(parts)})"
        if choice == 6:
            items_of = self.write("sequence:string", depth, names)
            value = self.element(kind, depth, (*names, ("x", "string")))
            return f"{{ for x in {items_of} : x => {value}{self.pick('', '...', '...')} }}"
        inner = (*names, ("k", "string"), ("x", "number"))
        condition = self.pick("", f" if {self.write('bool', depth, inner)}")
        items_of = self.write("mapping:number", depth, names)
        value = self.element(kind, depth, inner)
        return f"{{ for k, x in {items_of} : k => {value}{condition} }}"

    def _object(self, depth: int, names: Names) -> str:
        tail = f", b = {self.write('any', depth, names)}" if self.chance(0.5) else ""
        return f"{{ a = {self.write('any', depth, names)}{tail} }}"

    def _collection(self, depth: int, names: Names) -> str:
        kind = self.pick("number", "string", "bool", "any", "any", "object")
        return self.write(f"{self.pick('sequence', 'mapping')}:{kind}", depth + 1, names)

    def _any(self, depth: int, names: Names) -> str:
        if self.chance(0.07):
            return self.pick(*_EMPTY)
        if self.chance(self.unknowns / 2):
            return "jsondecode(terraform_data.u.id)"
        if depth < 0:
            return self.scalar(depth, names)
        match self.random.randrange(10):
            case 0 | 1 | 2:
                return self.scalar(depth, names)
            case 3 | 4 | 5:
                return self.write("collection", depth, names)
            case 6:
                return self._object(depth, names)
            case 7:
                return self._conditional("any", depth, names)
            case 8:
                value = self.write("any", depth, names)
                return f"try({self._failing(depth, names)}, {value})"
        return f"{self.write('collection', depth, names)}[*]"
