"""The programs that are measured, each in an environment of its own below ``.bench``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".bench"
CHECKOV = "checkov==3.3.30"
CUSTODIAN = "c7n==0.9.53"
PROWLER = "prowler==5.46.0"


def driftcheck() -> Path:
    """The core install of this checkout, as a user has it: no extras, no development tools.

    What is installed already is left alone while neither the requirements nor the
    checkout have changed.
    """
    home = HOME / "driftcheck"
    requirements = [ROOT / "requirements" / f"{name}.txt" for name in ("build", "core")]
    if _has_changed(home / "requirements", _digest(requirements)):
        _create(home)
        for path in requirements:
            _pip(home, "--require-hashes", "-r", str(path))
        _note(home / "requirements", _digest(requirements))
    sources = [ROOT / "pyproject.toml"]
    for name in ("driftcheck", "policies", "modules", "specs"):
        sources += sorted(p for p in (ROOT / name).rglob("*") if "__pycache__" not in p.parts)
    if _has_changed(home / "checkout", _digest(sources)):
        _pip(home, "--no-deps", "--no-build-isolation", "--force-reinstall", str(ROOT))
        _note(home / "checkout", _digest(sources))
    return home / "bin"


def checkov() -> Path:
    """Checkov from the package registry."""
    return _peer("checkov", CHECKOV)


def custodian() -> Path:
    """Cloud Custodian from the package registry."""
    return _peer("custodian", CUSTODIAN)


def prowler() -> Path:
    """Prowler from the package registry; some two hundred packages."""
    return _peer("prowler", PROWLER)


def _peer(program: str, requirement: str) -> Path:
    home = HOME / program
    if _has_changed(home / "requirement", requirement):
        _create(home)
        _pip(home, requirement)
        _note(home / "requirement", requirement)
    return home / "bin"


def _digest(paths: Iterable[Path]) -> str:
    """What tells files from all others: their names and what stands in them."""
    digest = hashlib.blake2b(sys.version.encode())
    for path in paths:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path}\0{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _has_changed(note: Path, wanted: str) -> bool:
    return not note.is_file() or note.read_text() != wanted


def _note(note: Path, text: str) -> None:
    note.write_text(text)


def _create(home: Path) -> None:
    venv.EnvBuilder(with_pip=True, clear=True).create(home)


def _pip(home: Path, *words: str) -> None:
    print(f"installing {words[-1]}", file=sys.stderr)
    subprocess.run(
        [str(home / "bin" / "python"), "-m", "pip", "install", "-q", *words],
        check=True,
        stdout=subprocess.DEVNULL,
    )
