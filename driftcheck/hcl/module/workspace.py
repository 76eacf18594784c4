"""Which workspace is selected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

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
    path = (directory / data_dir / "environment").resolve()
    if path.is_relative_to(boundary.resolve()) and path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_NAME).strip() or DEFAULT_WORKSPACE
    return DEFAULT_WORKSPACE
