"""``yamlencode``: the very text that Terraform's go-cty-yaml writes.

It is the output of libyaml's emitter for block style, strings in double quotes or, where
they have line feeds, as literal blocks.
"""

from __future__ import annotations

from driftcheck.hcl import numbers
from driftcheck.hcl.functions.registry import Call
from driftcheck.hcl.functions.support import charge
from driftcheck.hcl.values import Unknown, Value

_INDENT = 2
#: Quoted text is wrapped at the first space past this column.
_WIDTH = 80
#: Longer keys, in bytes, need a question mark before them.
_LONGEST_SIMPLE_KEY = 128
_BREAKS = "\r\n\x85\u2028\u2029"
_ESCAPES = {
    "\0": "0",
    "\x07": "a",
    "\x08": "b",
    "\t": "t",
    "\n": "n",
    "\x0b": "v",
    "\x0c": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\u2028": "L",
    "\u2029": "P",
}


def encode(call: Call, value: Value) -> str:
    """The YAML text of a wholly known value without marks."""
    emitter = _Emitter(call)
    emitter.document(value)
    return "".join(emitter.parts)


def _printable(character: str) -> bool:
    """Whether libyaml writes a character as it is."""
    return (
        character == "\n"
        or " " <= character <= "~"
        or "\xa0" <= character <= "\ud7ff"
        or ("\ue000" <= character <= "\ufffd" and character != "\ufeff")
    )


class _Emitter:
    """Writes one document, keeping track of where the cursor stands."""

    def __init__(self, call: Call) -> None:
        self.parts: list[str] = []
        self._call = call
        self._column = 0
        self._indent = -1
        #: Whether the last thing written was a space or an indicator that ends in one.
        self._whitespace = True
        #: Whether there is nothing but indentation and indicators on the line yet.
        self._indention = True
        #: Whether the text could go on, so that the end of the document must be marked.
        self._open_ended = False

    def document(self, value: Value) -> None:
        """Write the whole stream."""
        self._node(value, root=True)
        self._write_indent()
        if self._open_ended:
            self._indicator("...", space=True)
            self._write_indent()

    def _put(self, content: str) -> None:
        charge(self._call, len(content))
        self.parts.append(content)
        self._column += len(content)

    def _break(self, character: str = "\n") -> None:
        self.parts.append(character)
        self._column = 0

    def _write_indent(self) -> None:
        """Start a new line where needed, and fill it up to the indentation."""
        indent = max(self._indent, 0)
        if (
            not self._indention
            or self._column > indent
            or (self._column == indent and not self._whitespace)
        ):
            self._break()
        if self._column < indent:
            self._put(" " * (indent - self._column))
        self._whitespace = self._indention = True

    def _indicator(
        self, content: str, *, space: bool, whitespace: bool = False, indention: bool = False
    ) -> None:
        if space and not self._whitespace:
            self._put(" ")
        self._put(content)
        self._whitespace = whitespace
        self._indention = self._indention and indention
        self._open_ended = False

    def _node(
        self, value: Value, *, root: bool = False, in_mapping: bool = False, key: bool = False
    ) -> None:
        raw = value.raw
        if isinstance(raw, str):
            self._string(raw, key=key)
        elif isinstance(raw, list):
            self._sequence(raw, in_mapping=in_mapping)
        elif isinstance(raw, dict):
            self._mapping(raw)
        else:
            self._plain(value, root=root)

    def _deeper(self, *, flow: bool = False, indentless: bool = False) -> int:
        """Increase the indentation; gives the one before, to go back to."""
        before = self._indent
        if before < 0:
            self._indent = _INDENT if flow else 0
        elif not indentless:
            self._indent += _INDENT
        return before

    def _plain(self, value: Value, *, root: bool) -> None:
        raw = value.raw
        assert not isinstance(raw, Unknown | str | list | dict)
        if raw is None:
            content = "null"
        elif isinstance(raw, bool):
            content = "true" if raw else "false"
        else:
            content = numbers.format_number(raw)
        if not self._whitespace:
            self._put(" ")
        self._put(content)
        self._whitespace = self._indention = False
        self._open_ended = self._open_ended or root

    def _string(self, content: str, *, key: bool) -> None:
        before = self._deeper(flow=True)
        if "\n" in content and not key and self._fits_block(content):
            self._literal(content)
        else:
            self._quoted(content, wrap=not key)
        self._indent = before

    @staticmethod
    def _fits_block(content: str) -> bool:
        """Whether a literal block can hold the text."""
        return (
            not content.endswith(" ")
            and all(map(_printable, content))
            and not any(f" {b}" in content for b in _BREAKS)
        )

    def _quoted(self, content: str, *, wrap: bool) -> None:
        self._indicator('"', space=True)
        # libyaml looks for a byte order mark at the beginning, whatever it stands at.
        escape_all = content.startswith("\ufeff")
        after_space = False
        last = len(content) - 1
        for position, character in enumerate(content):
            if (
                escape_all
                or not _printable(character)
                or character in _BREAKS
                or character in '"\\'
            ):
                self._put(_escaped(character))
                after_space = False
            elif character == " ":
                if wrap and not after_space and self._column > _WIDTH and 0 < position < last:
                    self._write_indent()
                    if content[position + 1] == " ":
                        self._put("\\")
                else:
                    self._put(" ")
                after_space = True
            else:
                self._put(character)
                after_space = False
        self._indicator('"', space=False)
        self._whitespace = self._indention = False

    def _literal(self, content: str) -> None:
        self._indicator("|", space=True)
        if content[0] in _BREAKS or content[0] == " ":
            self._indicator(str(_INDENT), space=False)
        if content[-1] in _BREAKS and (len(content) == 1 or content[-2] in _BREAKS):
            self._indicator("+", space=False)
        elif content[-1] not in _BREAKS:
            self._indicator("-", space=False)
        self._break()
        self._indention = self._whitespace = True
        at_line_start = True
        for character in content:
            if character in _BREAKS:
                self._break(character)
                self._indention = at_line_start = True
                continue
            if at_line_start:
                self._write_indent()
            self._put(character)
            self._indention = at_line_start = False

    def _sequence(self, items: list[Value], *, in_mapping: bool) -> None:
        if not items:
            self._empty("[", "]")
            return
        before = self._deeper(indentless=in_mapping and not self._indention)
        for item in items:
            self._write_indent()
            self._indicator("-", space=True, indention=True)
            self._node(item)
        self._indent = before

    def _mapping(self, items: dict[str, Value]) -> None:
        if not items:
            self._empty("{", "}")
            return
        before = self._deeper()
        for name, item in items.items():
            self._write_indent()
            if _is_simple_key(name):
                self._string(name, key=True)
                self._indicator(":", space=False)
            else:
                self._indicator("?", space=True, indention=True)
                self._string(name, key=False)
                self._write_indent()
                self._indicator(":", space=True, indention=True)
            self._node(item, in_mapping=True)
        self._indent = before

    def _empty(self, opening: str, closing: str) -> None:
        self._indicator(opening, space=True, whitespace=True)
        self._indicator(closing, space=False)


def _is_simple_key(name: str) -> bool:
    multiline = any(b in name for b in _BREAKS)
    return not multiline and len(name.encode()) <= _LONGEST_SIMPLE_KEY


def _escaped(character: str) -> str:
    short = _ESCAPES.get(character)
    if short is None and character == "\xa0":
        short = "_"
    if short is not None:
        return "\\" + short
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02X}"
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"
