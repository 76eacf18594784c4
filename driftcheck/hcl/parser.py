"""Reading HCL: files, expressions and templates.

Everything that Terraform refuses is refused with an ``HclError`` that says where; so
is, with an ``HclLimitError``, what is valid but larger or deeper than we follow.

The parser proper is imported when the first text is parsed: where all files come from
the cache (``driftcheck.hcl.tree_cache``), it never is.
"""

from __future__ import annotations

from pathlib import Path

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl import tree_cache
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Body, Expression, Template, TemplateWrap
from driftcheck.model.location import Location

#: The largest file that is read, in bytes. A file of short tokens takes about a second and
#: a hundred megabytes of memory for each megabyte.
MAX_FILE_SIZE = 5_000_000


def parse_file(path: Path, display_name: str) -> Body:
    """The body of a ``.tf`` or ``.tfvars`` file; ``display_name`` is for locations.

    A file whose name ends with ``.json`` is read as JSON, and all that its body has are
    attributes: see ``driftcheck.hcl.json_syntax``.

    Raises ``HclError`` for a file that is not UTF-8 or not valid HCL, ``OSError`` for
    one that cannot be read.
    """
    return parse_content(read_content(path), path.name, display_name)


def parse_content(data: bytes, file_name: str, display_name: str) -> Body:
    """The body of a file with these bytes; see ``parse_file``. Raises ``HclError``."""
    if file_name.endswith(".json"):
        from driftcheck.hcl.json_syntax import parse_json_config

        return parse_json_config(decode_source(data, display_name, may_have_mark=False))
    source = decode_source(data, display_name)
    body = tree_cache.load(data, source)
    if body is None:
        body = parse_config(source)
        tree_cache.save(data, body)
    return body


def parse_config(source: Source) -> Body:
    """The body of a file's text. Raises ``HclError``."""
    from driftcheck.hcl import native_syntax

    return native_syntax.parse_config(source)


def parse_expression(source: Source) -> Expression:
    """One expression, which may span lines as if in parentheses. Raises ``HclError``.

    Unlike in a file, a heredoc may end with the text, without a newline after its marker.
    """
    from driftcheck.hcl import native_syntax

    return native_syntax.parse_expression(source)


def parse_template(source: Source) -> Template | TemplateWrap:
    """A whole text as a template, as ``templatefile`` reads it. Raises ``HclError``."""
    from driftcheck.hcl import native_syntax

    return native_syntax.parse_template(source)


def read_source(path: Path, display_name: str) -> Source:
    """The text of a file. Raises ``HclError`` where it is not UTF-8 or too large."""
    return decode_source(read_content(path), display_name)


def read_content(path: Path) -> bytes:
    """The bytes of a file, or so many that it is too large. Raises ``OSError``."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_SIZE + 1)


def decode_source(data: bytes, display_name: str, *, may_have_mark: bool = True) -> Source:
    """The text of a file's bytes; a byte order mark is left out where it may be.

    Raises ``HclError`` where the bytes are not UTF-8, or too many.
    """
    if len(data) > MAX_FILE_SIZE:
        raise HclLimitError(
            "This file is too large.",
            Location(display_name, 1, 1),
            f"driftcheck reads at most {MAX_FILE_SIZE // 1_000_000} MB of HCL in one file.",
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise HclError(
            "Invalid character encoding.",
            Source(display_name, before).location(len(before)),
            "Terraform's files are encoded in UTF-8; save this one so.",
        ) from None
    return Source(display_name, text.removeprefix("\ufeff") if may_have_mark else text)
