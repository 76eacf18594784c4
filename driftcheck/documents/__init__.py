"""YAML and JSON files that people write, with the place of every value.

Specs and policies are read through here: bounded, without ever building an object
other than plain data, and with ``file:line:column`` for every value, so that a
mistake is reported at its line.
"""

from driftcheck.documents.load import load_document, parse_document
from driftcheck.documents.nodes import Document

__all__ = ["Document", "load_document", "parse_document"]
