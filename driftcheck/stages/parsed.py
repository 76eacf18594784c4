"""Files of one run: each is parsed once, and it is known what stood in it then."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from driftcheck.hcl.parser import parse_content, read_content
from driftcheck.hcl.syntax import Body


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's tree, and the digest of the bytes that it was made of."""

    body: Body
    digest: str


@dataclass(slots=True)
class ParsedOnce:
    """A parser that remembers files: a child module of many roots is parsed once."""

    _known: dict[Path, dict[str, Parsed]] = field(default_factory=dict)

    def __call__(self, path: Path, display: str) -> Body:
        """The file's tree; see ``driftcheck.hcl.parser.parse_file``."""
        files = self._known.setdefault(path.parent, {})
        known = files.get(path.name)
        if known is None:
            data = read_content(path)
            body = parse_content(data, path.name, display)
            known = files[path.name] = Parsed(body, digest_of(data))
        return known.body

    def digests(self, directory: Path) -> dict[str, str]:
        """The files of a directory that were parsed, with the digests of their bytes."""
        return {name: file.digest for name, file in self._known.get(directory, {}).items()}

    def forget(self, directory: Path) -> None:
        """Let go of the files of a directory that nobody will ask for again."""
        self._known.pop(directory, None)


def digest_of(data: bytes) -> str:
    """What tells a file's bytes from all others."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
