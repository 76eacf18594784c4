"""``python -m benchmarks.stub``: prints its address, then answers until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import signal
import sys

from benchmarks.stub.options import FAULTS, Limit, Options, Place
from benchmarks.stub.server import listen


def _limit(text: str) -> tuple[str, Limit]:
    operation, _, figures = text.rpartition("=")
    rate, _, burst = figures.partition("/")
    return operation, Limit(float(rate), float(burst or rate))


def _options() -> tuple[Options, int, bool]:
    """The options, the port, and whether to end with whoever holds our standard input."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stub", description=__doc__)
    usual = Options()
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--tables", type=int, default=usual.tables, help="in each place")
    parser.add_argument("--prefix", default=usual.prefix, help="of the tables' names")
    parser.add_argument("--place", action="append", metavar="ACCOUNT/REGION")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--limit", action="append", type=_limit, metavar="OPERATION=RATE[/BURST]")
    parser.add_argument("--faults", type=float, default=0.0, help="share of the calls")
    parser.add_argument("--fault-kind", action="append", choices=FAULTS)
    parser.add_argument("--deny", action="append", metavar="ACCOUNT/OPERATION")
    parser.add_argument("--scaled", type=float, default=usual.scaled, help="share of the tables")
    parser.add_argument("--drifted", type=float, default=usual.drifted, help="likewise")
    parser.add_argument("--alarmed", type=float, default=usual.alarmed, help="likewise")
    parser.add_argument("--session-seconds", type=int, default=usual.session_seconds)
    parser.add_argument("--seed", type=int, default=usual.seed, help="of the faults")
    parser.add_argument("--options", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.options is not None:
        return Options.from_json(given.options), given.port, True
    options = Options(
        tables=given.tables,
        prefix=given.prefix,
        places=tuple(Place(*p.split("/")) for p in given.place or ()) or usual.places,
        latency=given.latency,
        limits=dict(given.limit or ()),
        faults=given.faults,
        fault_kinds=tuple(given.fault_kind or FAULTS),
        denied=tuple(given.deny or ()),
        scaled=given.scaled,
        drifted=given.drifted,
        alarmed=given.alarmed,
        session_seconds=given.session_seconds,
        seed=given.seed,
    )
    return options, given.port, False


async def _serve(options: Options, port: int, *, watched: bool) -> None:
    server = await listen(options, port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    if watched:
        loop.add_reader(sys.stdin, stopped.set)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        options, port, watched = _options()
        asyncio.run(_serve(options, port, watched=watched))
