"""``format`` and ``formatlist``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from driftcheck.errors import HclLimitError
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.functions import graphemes
from driftcheck.hcl.functions.collections import length_of
from driftcheck.hcl.functions.jsons import quote_json, to_json
from driftcheck.hcl.functions.number_text import format_float, format_whole, general
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import (
    charge,
    charge_items,
    is_sequence,
    number_of,
    quote,
    text,
    unknown_result,
)
from driftcheck.hcl.types import BOOL, DYNAMIC, NUMBER, STRING, ListType, TupleType
from driftcheck.hcl.values import Unknown, Value, list_value

_LIST_OF_STRING = ListType(STRING)
_ARGS = Parameter("args", allow_null=True, allow_unknown=True)
#: Larger widths and precisions are not followed; Go stops at the same for numbers.
_MAX_SIZE = 1_000_000

_VERB = re.compile(
    r"%(?P<flags>[0#\-+ ]*)(?P<width>[1-9][0-9]*)?(?:(?P<point>\.)(?P<precision>[0-9]*))?"
    r"(?:\[(?P<index>[1-9][0-9]*)\])?(?P<mode>[A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One formatting sequence; ``width`` and ``precision`` are None where not given."""

    raw: str
    offset: int
    mode: str
    flags: str
    width: int | None
    precision: int | None

    @property
    def where(self) -> str:
        """How messages name the verb."""
        return f"{quote(self.raw)} at {self.offset}"


class _Template:
    """A format string being carried out with one set of arguments."""

    def __init__(self, call: Call, form: str, args: list[Value]) -> None:
        self._call = call
        self._form = form
        self._args = args
        self._next = 1
        self._highest = 0

    def render(self) -> str:
        """The formatted text; raises ``FunctionError``."""
        form, parts, at = self._form, [], 0
        while at < len(form):
            percent = form.find("%", at)
            if percent < 0:
                break
            parts.append(form[at:percent])
            if form.startswith("%%", percent):
                parts.append("%")
                at = percent + 2
                continue
            match = _VERB.match(form, percent)
            if match is None:
                raise FunctionError(self._complaint(percent), 0)
            piece = self._verb(match)
            charge(self._call, len(piece) + 1)
            parts.append(piece)
            at = match.end()
        parts.append(form[at:])
        if self._highest < len(self._args):
            used = f"only {self._highest} used by format string"
            problem = used if self._highest else "no verbs in format string"
            raise FunctionError(f"too many arguments; {problem}", self._highest + 1)
        return "".join(parts)

    def _complaint(self, percent: int) -> str:
        return (
            f"unrecognized format sequence {quote(self._form[percent : percent + 10])} at offset "
            f"{percent}; write %% for a percent sign"
        )

    def _verb(self, match: re.Match[str]) -> str:
        index = _size(self._call, match["index"])
        if index is None:
            index = self._next
        self._next = index + 1
        self._highest = max(self._highest, index)
        precision = _size(self._call, match["precision"] or "0") if match["point"] else None
        verb = Verb(
            match.group(),
            match.start(),
            match["mode"],
            match["flags"],
            _size(self._call, match["width"]),
            precision,
        )
        if index > len(self._args):
            raise FunctionError(
                f"not enough arguments for {verb.where}: need index {index} but have "
                f"{len(self._args)} total"
            )
        return _format_one(self._call, verb, self._args[index - 1])


def _size(call: Call, digits: str | None) -> int | None:
    if digits is None:
        return None
    if len(digits) > 7 or int(digits) > _MAX_SIZE:
        raise HclLimitError(
            f"A width, precision or index of {digits[:20]} in a format string is too large.",
            call.location,
            f"driftcheck follows sizes up to {_MAX_SIZE}.",
        )
    return int(digits)


def _format_one(call: Call, verb: Verb, value: Value) -> str:
    mode = verb.mode
    if mode != "v" and value.is_null:
        raise FunctionError(f"unsupported value for {verb.where}: null value cannot be formatted")
    charge(call, (verb.width or 0) + (verb.precision or 0))
    try:
        if mode == "v":
            return _as_is(call, verb, value)
        if mode == "t":
            return "true" if convert(value, BOOL).as_bool() else "false"
        if mode in "bdoxX":
            return _whole(verb, convert(value, NUMBER))
        if mode in "eEfgG":
            return format_float(verb, number_of(convert(value, NUMBER)))
        if mode in "sq":
            return _string(verb, convert(value, STRING).as_str())
    except ConvertError as problem:
        raise FunctionError(f"unsupported value for {verb.where}: {problem}") from None
    raise FunctionError(f'unsupported format verb "{mode}" in {verb.where}')


def _as_is(call: Call, verb: Verb, value: Value) -> str:
    if "#" not in verb.flags and not value.is_null:
        if value.type == STRING:
            return _pad(verb, value.as_str())
        if value.type == NUMBER:
            return _pad(verb, general(number_of(value)))
    return _pad(verb, to_json(call, value))


def _whole(verb: Verb, value: Value) -> str:
    raw = value.raw
    if not isinstance(raw, int):
        raise FunctionError(f"unsupported value for {verb.where}: an integer is required")
    return format_whole(verb, int(raw))


def _string(verb: Verb, content: str) -> str:
    if verb.precision:
        content = "".join(graphemes.clusters(content)[: verb.precision])
    return _pad(verb, quote_json(content) if verb.mode == "q" else content)


def _pad(verb: Verb, content: str) -> str:
    """The text filled up to the verb's width, counted in grapheme clusters."""
    missing = (verb.width or 0) - graphemes.count(content)
    if missing <= 0:
        return content
    filler = ("0" if "0" in verb.flags else " ") * missing
    return content + filler if "-" in verb.flags else filler + content


@function("format", Parameter("format", STRING), variadic=_ARGS, returns=STRING)
def format_(call: Call) -> Value:
    """``format(format, args...)`` with the verbs of go-cty."""
    form, args = call.args[0].as_str(), call.args[1:]
    if not all(v.wholly_known for v in args):
        result = unknown_result(args, STRING)
        before, percent, _ = form.partition("%")
        if not percent:
            before = ""
        return Value(STRING, Unknown(result.reason, not_null=True, prefix=_settled(before)))
    return text(_Template(call, form, args).render())


def _settled(prefix: str) -> str:
    """A prefix without its last cluster, which what follows might change."""
    return "".join(graphemes.clusters(prefix)[:-1])


@function("formatlist", Parameter("format", STRING), variadic=_ARGS, returns=_LIST_OF_STRING)
def formatlist(call: Call) -> Value:
    """``formatlist(format, args...)``: once for each position of the lists among ``args``."""
    form, args = call.args[0].as_str(), call.args[1:]
    columns, held_back = _columns(args)
    if held_back:
        return unknown_result(held_back, _LIST_OF_STRING)
    lengths = [len(c) for c in columns if c is not None]
    results: list[Value] = []
    for row in range(lengths[0] if lengths else 1):
        charge_items(call, 1)
        # Lists are gone through in step, single values are there for every row.
        items = [
            arg if column is None else column[row]
            for arg, column in zip(args, columns, strict=True)
        ]
        if not all(v.wholly_known for v in items):
            results.append(unknown_result(items, STRING))
            continue
        try:
            results.append(text(_Template(call, form, items).render()))
        except FunctionError as problem:
            raise FunctionError(f"error on format iteration {row}: {problem}") from None
    return list_value(STRING, results)


def _columns(args: list[Value]) -> tuple[list[list[Value] | None], list[Value]]:
    """The elements of each list argument (None for single values), and unknown lists."""
    columns: list[list[Value] | None] = []
    held_back: list[Value] = []
    chosen: tuple[int, int] | None = None
    for position, arg in enumerate(args, start=1):
        columns.append(None)
        if not is_sequence(arg.type, sets=True) or arg.is_null:
            if arg.is_unknown and arg.type == DYNAMIC:
                held_back.append(arg)
            continue
        if length_of(arg).is_unknown or (arg.is_unknown and not isinstance(arg.type, TupleType)):
            held_back.append(arg)
            continue
        length = length_of(arg).as_number()
        assert isinstance(length, int)
        if chosen is None:
            chosen = position, length
        elif length != chosen[1]:
            raise FunctionError(
                f"argument {position} has length {length}, which is inconsistent with argument "
                f"{chosen[0]} of length {chosen[1]}",
                position,
            )
        if arg.is_unknown:
            held_back.append(arg)
        else:
            columns[-1] = arg.as_list()
    return columns, held_back
