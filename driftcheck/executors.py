"""Processes that share the work of a large scan: of this machine, or of a Dask cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from driftcheck.aws.connector import AwsConnector, AwsOptions
from driftcheck.errors import UsageError
from driftcheck.stages.scanning.shards import Remote

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from driftcheck.stages.connection import Connector

T = TypeVar("T")

#: Tables from which on processes are worth their beginning, which costs about as much
#: as looking at a few hundred tables does.
LEAST = 2_000
#: This machine.
LOCAL = "local"
#: The scheme of a Dask scheduler's address.
DASK = "dask://"
#: Times that a cluster begins a slice anew whose worker was lost.
_RETRIES = 5


@dataclass(frozen=True, slots=True)
class Connect:
    """Opens the way to AWS in another process; equal to itself wherever it is sent."""

    options: AwsOptions

    def __call__(self) -> Connector:
        """A connector of the process that calls."""
        return AwsConnector(self.options)


def processes_here() -> int:
    """How many processes this machine has room for."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _OnDemand(Executor):
    """Processes of this machine that are begun when the first of them is needed.

    Most runs never need one, and importing what begins them costs more than many a run.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._lock = Lock()
        self._processes: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a process carry out the call."""
        with self._lock:
            if self._processes is None:
                self._processes = self._begin()
        return self._processes.submit(fn, *args, **kwargs)

    def _begin(self) -> ProcessPoolExecutor:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # Forking a process with threads may copy a lock that nobody will ever release.
        context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
        if os.name != "nt":
            context.set_forkserver_preload([__name__, "driftcheck.aws.connector"])
        return ProcessPoolExecutor(self._number, context, _serve)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, whatever they are at: after Ctrl-C they may wait for minutes."""
        with self._lock:
            processes = self._processes
        if processes is None:
            return
        from multiprocessing import active_children

        processes.shutdown(wait=False, cancel_futures=cancel_futures)
        for process in active_children():
            process.terminate()


@contextmanager
def local(
    number: int, options: AwsOptions, concurrency: int, *, least: int = 0
) -> Iterator[Remote | None]:
    """So many processes of this machine; None for one, which is this one.

    ``concurrency`` is how many tables are looked at at a time by all of them together,
    ``least`` how many tables a run must have for them to be begun at all.
    """
    if number == 1:
        yield None
        return
    executor = _OnDemand(number)
    try:
        share = max(1, concurrency // number)
        yield Remote(executor, Connect(options), concurrency=share, least=least)
    finally:
        executor.shutdown(cancel_futures=True)


def _serve() -> None:
    """Prepare a process: it leaves Ctrl-C to the one that reports, and ends when that one does.

    Ctrl-C reaches every process of a terminal. A process whose parent was killed would
    wait for work for ever: its brothers keep the pipe open.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def cluster(url: str, options: AwsOptions, concurrency: int) -> Iterator[Remote]:
    """A Dask cluster whose scheduler is at ``dask://HOST:PORT``.

    Raises ``UsageError`` where ``distributed`` is not installed and where nobody answers.
    """
    if not url.startswith(DASK) or not url.removeprefix(DASK).strip("/"):
        raise UsageError(f'--executor: "{url}" is neither local nor dask://HOST:PORT.')
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise UsageError(
            "--executor dask:// needs the package distributed. "
            "Install it: pip install 'driftcheck[dask]'"
        ) from None
    address = "tcp://" + url.removeprefix(DASK).strip("/")
    try:
        connect: Any = Client  # which says nothing of its types
        client = connect(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"--executor {url}: nobody answers there: {error}.") from error
    with client:
        executor = client.get_executor(retries=_RETRIES, pure=False)
        yield Remote(
            executor,
            Connect(options),
            concurrency=max(1, concurrency),
            lost=(BrokenExecutor, KilledWorker),
        )


def executor(
    url: str, processes: int | None, options: AwsOptions, concurrency: int
) -> AbstractContextManager[Remote | None]:
    """What ``--executor`` and ``--processes`` ask for."""
    if url != LOCAL:
        return cluster(url, options, concurrency)
    if processes is None:
        return local(processes_here(), options, concurrency, least=LEAST)
    return local(processes, options, concurrency)
