"""The programs that are measured, each in an environment of its own below ``.bench``."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".bench"
CHECKOV = "checkov==3.3.30"
CUSTODIAN = "c7n==0.9.53"
PROWLER = "prowler==5.46.0"


def driftcheck() -> Path:
    """The core install of this checkout, as a user has it: no extras, no development tools."""
    home = HOME / "driftcheck"
    if not (home / "bin").is_dir():
        _create(home)
        for name in ("build", "core"):
            _pip(home, "--require-hashes", "-r", str(ROOT / "requirements" / f"{name}.txt"))
    _pip(home, "--no-deps", "--no-build-isolation", "--force-reinstall", str(ROOT))
    return home / "bin"


def checkov() -> Path:
    """Checkov from the package registry."""
    home = HOME / "checkov"
    if not (home / "bin" / "checkov").exists():
        _create(home)
        _pip(home, CHECKOV)
    return home / "bin"


def custodian() -> Path:
    """Cloud Custodian from the package registry."""
    return _peer("custodian", CUSTODIAN)


def prowler() -> Path:
    """Prowler from the package registry; some two hundred packages."""
    return _peer("prowler", PROWLER)


def _peer(program: str, requirement: str) -> Path:
    home = HOME / program
    if not (home / "bin" / program).exists():
        _create(home)
        _pip(home, requirement)
    return home / "bin"


def _create(home: Path) -> None:
    venv.EnvBuilder(with_pip=True, clear=True).create(home)


def _pip(home: Path, *words: str) -> None:
    print(f"installing {words[-1]}", file=sys.stderr)
    subprocess.run(
        [str(home / "bin" / "python"), "-m", "pip", "install", "-q", *words],
        check=True,
        stdout=subprocess.DEVNULL,
    )
