"""A record of every call: on disk before the call is made, and again when it was answered."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from driftcheck.errors import UsageError
from driftcheck.model.values import Json
from driftcheck.remediation.plan.document import encoded
from driftcheck.remediation.plan.model import Step, TablePlan


def utc_now() -> datetime:
    """Our own time."""
    return datetime.now(UTC)


class Journal:
    """JSON lines in a file, each forced to disk before the work goes on.

    After a crash the last line about a step says whether its call was about to be made
    (``call``), or what AWS answered. Without a path nothing is written.
    """

    def __init__(self, path: Path | None, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._file: IO[str] | None = None
        if path is not None:
            try:
                self._file = path.open("a", encoding="utf-8")
            except OSError as error:
                raise UsageError(
                    f"the journal {path} cannot be written: {error.strerror}."
                ) from error

    def write(self, plan: TablePlan, step: Step | None, event: str, **details: Json) -> None:
        """Note an event. Raises ``OSError`` when the disk does not take it."""
        if self._file is None:
            return
        entry = {
            "time": self._clock().isoformat(timespec="milliseconds"),
            "table": plan.table,
            "account": plan.account,
            "region": plan.region,
            "step": step.number if step is not None else None,
            "event": event,
            **{name: encoded(value) for name, value in details.items()},
        }
        with self._lock:
            self._file.write(json.dumps(entry, sort_keys=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
