"""Reading a YAML or JSON file within bounds."""

from __future__ import annotations

from pathlib import Path

from driftcheck.documents.nodes import MAX_BYTES, Document, flatten
from driftcheck.errors import SpecError, UsageError
from driftcheck.model.location import Location
from driftcheck.paths import content_of, shown


def load_document(path: Path) -> Document:
    """The content of a ``.yaml``, ``.yml`` or ``.json`` file.

    Raises ``SpecError`` when the file cannot be read, is larger than the bounds
    allow, or is not what its suffix says.
    """
    return parse_document(read_text(path), shown(path), json=path.suffix.lower() == ".json")


def parse_document(text: str, file: str, *, json: bool = False) -> Document:
    """The content of a document that has been read; ``file`` is the name shown in messages."""
    if json:
        from driftcheck.documents.json_source import parse
    else:
        from driftcheck.documents.yaml_source import parse
    return flatten(parse(text, file))


def read_text(path: Path) -> str:
    """The text of a file of at most ``MAX_BYTES``, which must be UTF-8."""
    name = shown(path)
    try:
        data = content_of(path, MAX_BYTES)
    except UsageError as error:
        raise SpecError(str(error)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise SpecError("the file is not UTF-8 text.", Location(name, line, column)) from None
