"""The way in: ``driftcheck`` and ``python -m driftcheck``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered here because everything else takes ten times as long to import.
        from driftcheck import __version__

        sys.stdout.write(f"driftcheck {__version__}\n")
        return
    from driftcheck.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
