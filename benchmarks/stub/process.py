"""The stub in a process of its own, so that its work is not counted as the client's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.stub.options import Options
from benchmarks.stub.server import CONTROL

_ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Stub:
    """A running stub."""

    url: str
    pid: int

    def counts(self) -> dict[str, Any]:
        """``calls`` by operation; ``throttled``, ``faults``, ``denied``, ``expired`` likewise."""
        return self._control("counts")

    def reset(self) -> dict[str, Any]:
        """Count from nothing."""
        return self._control("reset")

    def _control(self, command: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + CONTROL + command, timeout=60) as answer:  # noqa: S310
            counts: dict[str, Any] = json.load(answer)
        return counts


@contextmanager
def serve(options: Options | None = None) -> Iterator[Stub]:
    """Run a stub until the block ends. Raises ``RuntimeError`` where it does not start."""
    words = [sys.executable, "-m", "benchmarks.stub", "--options", (options or Options()).to_json()]
    # Measuring what the stub covers would slow it down, and it is no part of what is tested.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    process = subprocess.Popen(
        words,
        cwd=_ROOT,
        env=environment,
        stdin=subprocess.PIPE,  # its end tells the stub that we are gone, however we went
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url.startswith("http://"):
            raise RuntimeError("the stub did not start")
        yield Stub(url, process.pid)
    finally:
        process.terminate()
        process.wait()
        process.stdin.close()
        process.stdout.close()
