"""A process that runs driftcheck many times: each run in a fork, within bounds, and watched.

It reads one JSON object in a line (``arguments``, ``directory``, ``environment``, ``input``,
``readable``) and answers with one. Forking a process that has imported everything costs
milliseconds, so the corpus of attacks stays fast.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import resource
import signal
import sys
import sysconfig
import tempfile
import traceback
from pathlib import Path
from typing import Any

#: What one run may take, in bytes (beyond what the modules take) and in seconds of CPU. A
#: refusal takes a small part of it; what is not refused runs into it on any machine.
MEMORY = 1_000_000_000
SECONDS = 120

#: Events by which code is run or a connection opened, as Python's audit table names them.
_FORBIDDEN = (
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "urllib.Request",
    "pickle.find_class",
    "ctypes.dlopen",
)


def watch(readable: list[str], report: int, allowed_hosts: bool) -> None:
    """Write down every file that is opened outside ``readable``, and every way to run code."""
    busy = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal busy
        if busy:
            return
        busy = True
        try:
            seen = _noteworthy(event, arguments, readable)
            if seen and not (allowed_hosts and event.startswith("socket.")):
                os.write(report, (json.dumps(seen) + "\n").encode())
        finally:
            busy = False

    sys.addaudithook(hook)


def _noteworthy(event: str, arguments: tuple[Any, ...], readable: list[str]) -> str | None:
    if event in _FORBIDDEN:
        return f"{event} {str(arguments)[:200]}"
    if event == "subprocess.Popen":
        program = arguments[0]
        return None if Path(str(program)).name == "git" else f"{event} {program}"
    if event in ("open", "os.listdir", "os.scandir"):
        path = arguments[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str):
            return None
        real = os.path.realpath(path)
        if not any(real == top or real.startswith(top.rstrip("/") + "/") for top in readable):
            return f"{event} {real}"
    return None


def _address_space() -> int:
    """What this process has mapped already, in bytes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def always_readable() -> list[str]:
    """Where Python, its packages and driftcheck itself are."""
    import driftcheck

    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    paths |= {sys.prefix, sys.base_prefix, str(Path(driftcheck.__file__).resolve().parent.parent)}
    return [os.path.realpath(p) for p in paths] + ["/dev/null", "/dev/urandom"]


def run_one(request: dict[str, Any], files: dict[str, int], always: list[str]) -> None:
    """The child: never returns."""
    code = 99
    try:
        os.setsid()
        os.dup2(files["input"], 0)
        os.dup2(files["out"], 1)
        os.dup2(files["err"], 2)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        os.chdir(request["directory"])
        os.environ.clear()
        os.environ.update(request["environment"])
        tempfile.tempdir = None
        most = _address_space() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        watch([*always, *request["readable"]], files["events"], request["network"])
        from driftcheck.cli.main import run

        code = run(request["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - whatever escaped is what the test is about
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def serve() -> None:
    """Answer requests until there are no more."""
    import driftcheck

    for module in pkgutil.walk_packages(driftcheck.__path__, "driftcheck."):
        if "__main__" not in module.name and "moto" not in module.name:
            importlib.import_module(module.name)
    for name in ("hcl2", "jsonschema", "re2", "yaml", "boto3", "lark"):
        importlib.import_module(name)
    always = always_readable()
    gc.collect()
    gc.freeze()  # the collector of a fork would copy every page of what is imported
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryDirectory() as directory:
            paths = {n: Path(directory, n) for n in ("input", "out", "err", "events")}
            paths["input"].write_text(request["input"], encoding="utf-8")
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            files = {n: os.open(p, flags) for n, p in paths.items()}
            child = os.fork()
            if child == 0:
                run_one(request, files, always)
            _, status = os.waitpid(child, 0)
            for handle in files.values():
                os.close(handle)
            answer: dict[str, Any] = {
                n: p.read_bytes().decode("utf-8", "surrogateescape") for n, p in paths.items()
            }
            answer["code"] = os.waitstatus_to_exitcode(status)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve()
