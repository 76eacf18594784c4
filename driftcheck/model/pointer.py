"""JSON Pointers (RFC 6901) into table documents."""

from __future__ import annotations

from collections.abc import Iterable

from driftcheck.model.values import Json, Sensitive, Unknown


def join(*tokens: str) -> str:
    """The pointer made of the given reference tokens, escaped as RFC 6901 says."""
    return "".join(["/" + _escaped(token) for token in tokens])


def child(pointer: str, token: str) -> str:
    """The pointer to the member ``token`` of what ``pointer`` points to."""
    return f"{pointer}/{_escaped(token)}"


def _escaped(token: str) -> str:
    # Hardly any token has either, and looking is quicker than replacing.
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def split(pointer: str) -> list[str]:
    """The reference tokens of a pointer, unescaped; none for the whole document ("")."""
    if not pointer:
        return []
    tokens = pointer[1:].split("/")
    if "~" not in pointer:
        return tokens
    return [t.replace("~1", "/").replace("~0", "~") for t in tokens]


def resolve(document: Json, pointer: str) -> Json:
    """The value at ``pointer``; None where the document has no such place.

    An ``Unknown`` on the way is the answer for everything below it, and what lies
    inside a ``Sensitive`` is sensitive itself.
    """
    current = document
    tokens = split(pointer)
    for position, token in enumerate(tokens):
        if isinstance(current, Unknown):
            return current
        if isinstance(current, Sensitive):
            inner = resolve(current.value, join(*tokens[position:]))
            return inner if inner is None or isinstance(inner, Sensitive) else Sensitive(inner)
        if isinstance(current, dict):
            current = current.get(token)
        elif isinstance(current, list) and _is_index(token) and int(token) < len(current):
            current = current[int(token)]
        else:
            return None
    return current


def _is_index(token: str) -> bool:
    # Other scripts have digits as well, and no list has so many elements.
    return token.isdecimal() and token.isascii() and len(token) < 10


def prefixes(pointer: str) -> Iterable[str]:
    """The pointer itself and then ever shorter ones, down to "" (the whole document)."""
    while pointer:
        yield pointer
        pointer = pointer[: pointer.rindex("/")]
    yield ""
