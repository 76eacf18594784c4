"""The files that come with driftcheck: specs, policies, modules.

In a wheel they stand in ``driftcheck/_data``; in a checkout (an editable install, too)
they are the folders at the root of the repository, so that an edit counts at once.
"""

from __future__ import annotations

from pathlib import Path

from driftcheck.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The directory that holds ``specs``, ``policies`` and ``modules``."""
    for candidate in (_PACKAGE / "_data", _PACKAGE.parent):
        if (candidate / "policies").is_dir() and (candidate / "specs").is_dir():
            return candidate
    raise UsageError(
        "the files that come with driftcheck are not there; this installation is damaged."
    )


def reference_spec() -> Path:
    """The spec of the reference table."""
    return data_root() / "specs" / "invoices.yaml"


def policy_directory() -> Path:
    """The policies that come with driftcheck."""
    return data_root() / "policies"
