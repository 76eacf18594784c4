"""Write the hashed requirement files from what pyproject.toml asks for.

Usage: ``make lock``, or ``make lock UPGRADE=1`` to take the newest releases.

One resolution holds for every Python that driftcheck supports and every platform
(markers tell them apart), and every file agrees with it: ``dev.txt`` is resolved
first and holds everything, the others are parts of it. Each release carries the
hashes of all its wheels and of its source, and nothing says where to download it
from: that is for the machine which installs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

#: The resolver that this script runs; it is locked like everything else.
RESOLVER = "uv"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Renew the files under requirements/.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest releases")
    upgrade = parser.parse_args(arguments).upgrade

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    build = project["build-system"]["requires"]
    core = project["project"]["dependencies"]
    extras = project["project"]["optional-dependencies"]
    oldest = project["project"]["requires-python"].removeprefix(">=")

    everything = [*build, *core, *extras["sandbox"], *extras["dask"], *extras["dev"]]
    lock("dev", everything, oldest, upgrade=upgrade)
    lock("build", build, oldest, within="dev")
    lock("core", core, oldest, within="dev")
    lock("sandbox", [*core, *extras["sandbox"]], oldest, within="dev")
    lock("dask", [*core, *extras["dask"]], oldest, within="dev")
    lock("lock", [RESOLVER], oldest, upgrade=upgrade)
    return 0


def lock(
    name: str,
    wanted: Iterable[str],
    oldest: str,
    *,
    within: str | None = None,
    upgrade: bool = False,
) -> None:
    """Resolve ``wanted`` into ``<name>.txt``, to releases of ``<within>.txt`` where given."""
    target = HERE / f"{name}.txt"
    command = [
        *(sys.executable, "-m", RESOLVER, "pip", "compile", "-"),
        *("--quiet", "--universal", "--generate-hashes"),
        *("--no-header", "--no-annotate"),
        *("--python-version", oldest, "--python", sys.executable),
        *("--output-file", str(target)),
    ]
    if within:
        command += ["--constraint", str(HERE / f"{within}.txt")]
        # What the part held before must not stand against what the whole holds now.
        target.unlink(missing_ok=True)
    if upgrade:
        command.append("--upgrade")
    subprocess.run(command, input="\n".join(wanted), text=True, check=True, cwd=ROOT)

    resolved = target.read_text(encoding="utf-8")
    if "://" in resolved or "\n-" in f"\n{resolved}":
        target.unlink()
        raise SystemExit(f"{target.name}: the resolver wrote an address or an option; not kept")
    target.write_text(f"# Written by `make lock`; edit pyproject.toml.\n{resolved}", "utf-8")
    print(f"requirements/{target.name}: {resolved.count('==')} releases")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
