"""Parsed files are kept by their content, and read back instead of being parsed again.

Reading a tree back takes a quarter of the time that parsing takes. The key is made of
the file's bytes and of the code that parses, so neither a change of the file nor one
of driftcheck can ever find an old tree; a file's name and place do not matter.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from driftcheck.hcl import cache_dir, tree_codec
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body

# Smaller files are parsed as fast as they are looked up.
_MIN_SIZE = 200

_PARSING = (
    "automaton body_lexer digits grammar lexer limits lowering names native_syntax numbers"
    " rules syntax template_parts templates tokens tree_codec"
)


def load(data: bytes, source: Source) -> Body | None:
    """The tree of a file whose bytes are ``data``; None where it is not cached."""
    if len(data) < _MIN_SIZE:
        return None
    encoded = cache_dir.read(_name(data))
    if encoded is None:
        return None
    try:
        return tree_codec.decode(encoded, source)
    except tree_codec.NotATreeError:
        return None


def save(data: bytes, body: Body) -> None:
    """Keep the tree of a file whose bytes are ``data``."""
    if len(data) >= _MIN_SIZE and cache_dir.directory() is not None:
        cache_dir.write(_name(data), tree_codec.encode(body))


def _name(data: bytes) -> str:
    digest = hashlib.blake2b(data, key=_parsing_code(), digest_size=24).hexdigest()
    return f"trees/{digest}.json"


@cache
def _parsing_code() -> bytes:
    """A digest of the modules that decide what a tree is like."""
    digest = hashlib.blake2b(digest_size=32)
    for name in _PARSING.split():
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.digest()
