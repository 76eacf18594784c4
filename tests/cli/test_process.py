"""The program as users start it: a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftcheck import __version__
from tests.cli.conftest import MODULE, SPEC

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_"))}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


def start(directory: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "driftcheck", *arguments],
        cwd=directory,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name, text in (("module/main.tf", MODULE), ("specs/orders.yaml", SPEC)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(120)
        yield server


def test_version_loads_nothing_else(tmp_path: Path) -> None:
    script = (
        "import sys\nsys.argv = ['driftcheck', '--version']\n"
        "from driftcheck.__main__ import main\nmain()\n"
        "assert 'typer' not in sys.modules and 'driftcheck.cli' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"driftcheck {__version__}\n"


def test_no_credentials(repository: Path) -> None:
    code, out, err = finish(start(repository, "scan"))
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("driftcheck: there are no AWS credentials.")
    assert "Traceback" not in err


@pytest.mark.moto
def test_the_sandbox_needs_neither_network_nor_account(repository: Path) -> None:
    unreachable = "http://127.0.0.1:1"
    code, out, err = finish(
        start(
            repository,
            "scan",
            "--sandbox",
            HTTPS_PROXY=unreachable,
            HTTP_PROXY=unreachable,
            AWS_ENDPOINT_URL=unreachable,
        )
    )
    assert (code, err) == (0, "reading invoices (production)\n")
    assert "1 table: 1 compliant" in out


def test_ctrl_c(repository: Path, silent: socket.socket) -> None:
    process = start(
        repository,
        "scan",
        "--endpoint-url",
        f"http://127.0.0.1:{silent.getsockname()[1]}",
        AWS_ACCESS_KEY_ID="x",
        AWS_SECRET_ACCESS_KEY="x",
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "reading orders (test)\n"
    connection, _ = silent.accept()
    with connection:
        assert connection.recv(1)
        # It waits for an answer that does not come.
        process.send_signal(signal.SIGINT)
        code, out, err = finish(process)
    assert code == 130
    incomplete, summary = out.splitlines()
    assert incomplete == "This report is incomplete: interrupted."
    assert re.fullmatch(r"0 tables; no open finding; 1 AWS call in \d+ s", summary)
    assert err.strip() == "driftcheck: interrupted: the report holds what was finished"


def test_a_reader_that_goes_away(repository: Path) -> None:
    process = start(repository, "schema", "spec")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 2
    assert err == ""


@pytest.mark.moto
def test_a_real_endpoint(repository: Path) -> None:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        credentials = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        url = f"http://{host}:{port}"
        made = finish(
            start(
                repository, "provision", "specs/orders.yaml", "--endpoint-url", url, **credentials
            )
        )
        assert made[:2] == (0, "orders (123456789012/eu-central-1) created\n")
        # The environment's variable works as the option does.
        code, out, _ = finish(start(repository, "scan", AWS_ENDPOINT_URL=url, **credentials))
        assert code == 0
        assert "1 table: 1 compliant" in out
    finally:
        server.stop()
        for thread in threading.enumerate():
            if thread.daemon:
                thread.join(timeout=1)
