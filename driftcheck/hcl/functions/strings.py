"""String functions: case, trimming, cutting, joining, searching."""

from __future__ import annotations

from driftcheck.hcl.functions import casing, graphemes
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import (
    charge,
    charge_items,
    text,
    text_list,
    unknown_collection,
    unknown_result,
    whole,
)
from driftcheck.hcl.types import BOOL, NUMBER, STRING, ListType
from driftcheck.hcl.values import Unknown, Value, boolean

_STR = Parameter("str", STRING)
_LIST_OF_STRING = ListType(STRING)


@function("upper", Parameter("str", STRING), returns=STRING)
def upper(call: Call) -> Value:
    """``upper(str)``: every letter in upper case."""
    return text(casing.upper(call.args[0].as_str()))


@function("lower", Parameter("str", STRING), returns=STRING)
def lower(call: Call) -> Value:
    """``lower(str)``: every letter in lower case."""
    return text(casing.lower(call.args[0].as_str()))


@function("title", _STR, returns=STRING)
def title(call: Call) -> Value:
    """``title(str)``: the first letter of every word in title case."""
    return text(casing.title(call.args[0].as_str()))


@function("strrev", Parameter("str", STRING), returns=STRING)
def strrev(call: Call) -> Value:
    """``strrev(str)``: the grapheme clusters in reverse order."""
    return text("".join(reversed(graphemes.clusters(call.args[0].as_str()))))


@function(
    "substr",
    Parameter("str", STRING),
    Parameter("offset", NUMBER),
    Parameter("length", NUMBER),
    returns=STRING,
)
def substr(call: Call) -> Value:
    """``substr(str, offset, length)``, counted in grapheme clusters.

    A negative offset counts from the end, a negative length means the rest. A length
    of 0 together with a negative offset means the rest as well: that is what
    Terraform does.
    """
    content = call.args[0].as_str()
    offset = whole(call.args[1])
    length = whole(call.args[2])
    if offset >= 0 and length == 0:
        return text("")
    parts = graphemes.clusters(content)
    if offset < 0:
        offset += len(parts)
    parts = parts[max(offset, 0) :]
    return text("".join(parts[:length] if length > 0 else parts))


@function("trim", _STR, Parameter("cutset", STRING), returns=STRING)
def trim(call: Call) -> Value:
    """``trim(str, cutset)``: without any of the characters of ``cutset`` at both ends."""
    content, cutset = call.args[0].as_str(), call.args[1].as_str()
    return text(content.strip(cutset) if cutset else content)


@function("trimprefix", _STR, Parameter("prefix", STRING), returns=STRING)
def trimprefix(call: Call) -> Value:
    """``trimprefix(str, prefix)``."""
    return text(call.args[0].as_str().removeprefix(call.args[1].as_str()))


@function("trimsuffix", _STR, Parameter("suffix", STRING), returns=STRING)
def trimsuffix(call: Call) -> Value:
    """``trimsuffix(str, suffix)``."""
    return text(call.args[0].as_str().removesuffix(call.args[1].as_str()))


@function("trimspace", _STR, returns=STRING)
def trimspace(call: Call) -> Value:
    """``trimspace(str)``: without Unicode white space at both ends."""
    content = call.args[0].as_str()
    start, end = 0, len(content)
    while start < end and casing.is_space(content[start]):
        start += 1
    while end > start and casing.is_space(content[end - 1]):
        end -= 1
    return text(content[start:end])


@function("chomp", _STR, returns=STRING)
def chomp(call: Call) -> Value:
    """``chomp(str)``: without the line endings at the end."""
    return text(call.args[0].as_str().rstrip("\r\n"))


@function("indent", Parameter("spaces", NUMBER), _STR, returns=STRING)
def indent(call: Call) -> Value:
    """``indent(spaces, str)``: spaces after every line feed."""
    spaces, content = whole(call.args[0]), call.args[1].as_str()
    if spaces < 0:
        raise FunctionError("the number of spaces must not be negative", 0)
    # The margin itself is made once, even for a text of one line.
    charge(call, (content.count("\n") + 1) * spaces + len(content))
    return text(content.replace("\n", "\n" + " " * spaces))


@function(
    "join",
    Parameter("separator", STRING),
    variadic=Parameter("lists", _LIST_OF_STRING),
    returns=STRING,
)
def join(call: Call) -> Value:
    """``join(separator, lists...)``; null elements are refused."""
    separator, lists = call.args[0].as_str(), call.args[1:]
    if not lists:
        raise FunctionError("at least one list is required")
    if not all(v.wholly_known for v in lists):
        return unknown_result(lists, STRING)
    items = []
    for position, one in enumerate(lists, start=1):
        for index, item in enumerate(one.as_list()):
            if item.is_null:
                where = f" of list {position}" if len(lists) > 1 else ""
                raise FunctionError(
                    f"element {index}{where} is null; cannot concatenate null values", position
                )
            items.append(item.as_str())
    charge(call, sum(map(len, items)) + len(separator) * len(items))
    return text(separator.join(items))


@function("split", Parameter("separator", STRING), _STR, returns=_LIST_OF_STRING)
def split(call: Call) -> Value:
    """``split(separator, str)``; an empty separator gives the single characters."""
    separator, content = call.args[0].as_str(), call.args[1].as_str()
    parts = content.split(separator) if separator else list(content)
    charge_items(call, len(parts))
    return text_list(parts)


@function("sort", Parameter("list", _LIST_OF_STRING, allow_unknown=True), returns=_LIST_OF_STRING)
def sort(call: Call) -> Value:
    """``sort(list)`` by code point; null elements are refused."""
    listed = call.args[0]
    if not listed.wholly_known:
        return _unknown_of_same_length(listed)
    for index, item in enumerate(listed.as_list()):
        if item.is_null:
            raise FunctionError(
                f"given list element {index} is null; a null string cannot be sorted"
            )
    return text_list(sorted(item.as_str() for item in listed.as_list()))


def _unknown_of_same_length(listed: Value) -> Value:
    found = listed.first_unknown()
    assert found is not None
    if isinstance(listed.raw, list):
        length = len(listed.raw)
        return unknown_collection(found.reason, _LIST_OF_STRING, length, length)
    return unknown_collection(found.reason, _LIST_OF_STRING, found.min_length, found.max_length)


@function(
    "replace", _STR, Parameter("substr", STRING), Parameter("replace", STRING), returns=STRING
)
def replace(call: Call) -> Value:
    """``replace(str, substr, replace)``; ``/substr/`` is a regular expression."""
    content, sought, new = (v.as_str() for v in call.args)
    if len(sought) > 1 and sought.startswith("/") and sought.endswith("/"):
        from driftcheck.hcl.functions.regex import replace_all

        return text(replace_all(call, sought[1:-1], content, new))
    times = content.count(sought)
    charge(call, len(content) + times * len(new))
    return text(content.replace(sought, new))


@function(
    "startswith",
    Parameter("str", STRING, allow_unknown=True),
    Parameter("prefix", STRING),
    returns=BOOL,
)
def startswith(call: Call) -> Value:
    """``startswith(str, prefix)``; known for an unknown string whose beginning is known."""
    prefix, raw = call.args[1].as_str(), call.args[0].raw
    if isinstance(raw, Unknown):
        if raw.prefix.startswith(prefix):
            return boolean(True)
        if raw.prefix and len(raw.prefix.encode()) >= len(prefix.encode()):
            return boolean(False)
        return unknown_result(call.args, BOOL)
    return boolean(call.args[0].as_str().startswith(prefix))


@function("endswith", _STR, Parameter("suffix", STRING), returns=BOOL)
def endswith(call: Call) -> Value:
    """``endswith(str, suffix)``."""
    return boolean(call.args[0].as_str().endswith(call.args[1].as_str()))


@function("strcontains", _STR, Parameter("substr", STRING), returns=BOOL, not_null=False)
def strcontains(call: Call) -> Value:
    """``strcontains(str, substr)``."""
    return boolean(call.args[1].as_str() in call.args[0].as_str())
