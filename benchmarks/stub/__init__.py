"""A read-only imitation of AWS's control plane that is faster than any client of it.

It exists so that a measurement measures the client: answers are put together
from ready-made bytes, the page sizes are AWS's own, and latency, rate limits,
faults and refusals are options. It keeps no state beyond its counts, so the same
question always has the same answer.

    python -m benchmarks.stub --tables 1000 --latency 0.02

    with serve(Options(tables=1000)) as stub:
        ...  # stub.url, stub.counts()
"""

from benchmarks.stub.options import Limit, Options, Place, access_key
from benchmarks.stub.process import Stub, serve

__all__ = ["Limit", "Options", "Place", "Stub", "access_key", "serve"]
