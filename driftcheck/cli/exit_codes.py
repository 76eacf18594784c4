"""Exit codes that are no verdict."""

from __future__ import annotations

#: It could not be done, or not completely.
FAILED = 2
#: What shells use for a process ended by Ctrl-C (128 + SIGINT).
INTERRUPTED = 130
