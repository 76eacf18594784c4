"""Which workspace is selected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from driftcheck.paths import is_file, is_inside

DEFAULT_WORKSPACE = "default"

#: A workspace name is short; a longer file is not Terraform's.
_MAX_NAME = 4096


def selected_workspace(
    directory: Path, boundary: Path, environment: Mapping[str, str], stated: str | None
) -> str:
    """The workspace: as stated, else ``TF_WORKSPACE``, else ``.terraform/environment``.

    The last is what ``terraform workspace select`` wrote; it is not read where it
    leads out of ``boundary``.
    """
    if stated:
        return stated
    from_environment = environment.get("TF_WORKSPACE")
    if from_environment:
        return from_environment
    data_dir = environment.get("TF_DATA_DIR") or ".terraform"
    path = directory / data_dir / "environment"
    if is_inside(path, boundary) and is_file(path):
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_NAME).strip() or DEFAULT_WORKSPACE
    return DEFAULT_WORKSPACE
