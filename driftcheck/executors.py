"""Processes that share the work of a large scan: of this machine, or of a Dask cluster."""

from __future__ import annotations

import os
import signal
import sys
import threading
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
LEAST = 500
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
    Those that are needed ``soon`` are begun at once where this process can be copied with
    everything that it has imported.
    """

    def __init__(self, number: int, *, soon: bool = False) -> None:
        self._number = number
        self._lock = Lock()
        self._processes: ProcessPoolExecutor | None = None
        if soon and _can_be_copied():
            # A copy leaves Ctrl-C to this process only after it has begun.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                self._processes = self._begin("fork")
                self._processes.submit(os.getpid)
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a process carry out the call."""
        with self._lock:
            if self._processes is None:
                self._processes = self._begin("spawn" if os.name == "nt" else "forkserver")
        return self._processes.submit(fn, *args, **kwargs)

    def _begin(self, how: str) -> ProcessPoolExecutor:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        context = multiprocessing.get_context(how)
        if how == "forkserver":
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


def _can_be_copied() -> bool:
    """Whether this process may be forked.

    One with threads may not: a copied lock of another thread is never released. Nor does
    macOS bear it, whose libraries have threads of their own.
    """
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def local(
    number: int, options: AwsOptions, concurrency: int, *, least: int = 0, soon: bool = False
) -> Iterator[Remote | None]:
    """So many processes of this machine, this one among them; None for one.

    ``concurrency`` is how many tables are looked at at a time by all of them together,
    ``least`` how many tables a run must have for them to be begun at all, ``soon``
    whether it looks as if it had.
    """
    if number == 1:
        yield None
        return
    executor = _OnDemand(number - 1, soon=soon)
    try:
        yield Remote(
            executor,
            Connect(options),
            concurrency=max(1, concurrency // number),
            least=least,
            processes=number - 1,
            here=True,
        )
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
    url: str,
    processes: int | None,
    options: AwsOptions,
    concurrency: int,
    *,
    many: bool = False,
) -> AbstractContextManager[Remote | None]:
    """What ``--executor`` and ``--processes`` ask for.

    ``many`` tells that there may be many tables, as far as anybody knows before they are listed.
    """
    if url != LOCAL:
        return cluster(url, options, concurrency)
    if processes is None:
        return local(processes_here(), options, concurrency, least=LEAST, soon=many)
    return local(processes, options, concurrency, soon=True)
