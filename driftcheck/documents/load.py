"""Reading a YAML or JSON file within bounds."""

from __future__ import annotations

from pathlib import Path

from driftcheck.documents.nodes import MAX_BYTES, Document, flatten
from driftcheck.errors import SpecError
from driftcheck.model.location import Location
from driftcheck.paths import shown


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
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SpecError(f"{name}: there is no such file.") from None
    except IsADirectoryError:
        raise SpecError(f"{name}: is a directory, not a file.") from None
    except OSError as error:
        raise SpecError(f"{name}: cannot be read: {error.strerror}.") from None
    if len(content) > MAX_BYTES:
        raise SpecError(f"{name}: is larger than {MAX_BYTES // 1024} KiB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise SpecError("the file is not UTF-8 text.", Location(name, line, column)) from None
