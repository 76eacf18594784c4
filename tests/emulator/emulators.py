"""Emulators that others wrote, installed where nothing else sees them and run on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

#: Fixed, so that a test that fails has found something in driftcheck.
MINISTACK = "ministack==1.5.33"
DYNALITE = "dynalite@4.0.0"
_INSTALL_TIMEOUT = 300.0
_START_TIMEOUT = 60.0


class NotInstalled(Exception):
    """The emulator cannot be had here; the message is the reason to skip."""


def install_ministack(directory: Path) -> list[str]:
    """The command line that starts ministack, from a virtual environment of its own."""
    _run([sys.executable, "-m", "venv", str(directory)], directory.parent)
    python = str(directory / "bin" / "python")
    _run([python, "-m", "pip", "install", "--quiet", MINISTACK], directory)
    return [python, "-m", "ministack"]


def install_dynalite(directory: Path) -> list[str]:
    """The command line that starts dynalite, from a directory of its own."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise NotInstalled("dynalite needs node and npm, which are not on PATH")
    directory.mkdir()
    _run(["npm", "install", "--no-audit", "--no-fund", "--silent", DYNALITE], directory)
    return ["node", str(directory / "node_modules" / "dynalite" / "cli.js")]


@contextmanager
def running(command: list[str], port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """The emulator's URL while it runs; it is ended and waited for afterwards."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _START_TIMEOUT
        while not _answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode} before it served")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{command} does not serve after {_START_TIMEOUT:.0f} s")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _run(command: list[str], directory: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=_INSTALL_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"{' '.join(command[-2:])}: not done in time") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalled(f"{' '.join(command[-2:])}: {said[-1] if said else 'failed'}")
