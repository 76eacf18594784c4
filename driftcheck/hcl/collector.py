"""Python's garbage collector, out of the way while trees are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """No garbage collection inside the ``with`` block.

    Making a tree leaves no cycles behind; looking for some, again and again among ever
    more nodes, takes up to half of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
