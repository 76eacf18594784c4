"""Where the code of a module call is on disk.

Local paths are followed directly. Everything else (registry, git, archives) is
found where ``terraform init`` put it, as ``.terraform/modules/modules.json``
records. Nothing is ever fetched, and nothing outside the repository is read.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path

from driftcheck.errors import HclError
from driftcheck.hcl.module.declarations import ModuleCall
from driftcheck.paths import is_directory, is_file, is_inside, real

_LOCAL_PREFIXES = ("./", "../", ".\\", "..\\")
_DEFAULT_REGISTRY = "registry.terraform.io/"

_GITHUB = re.compile(r"(?P<repository>github\.com/[^/?]+/[^/?]+)(?P<rest>(?:[/?].*)?)")
_SECURE_COPY = re.compile(r"(?:git::)?(?P<host>[\w.-]+@[^:/]+):(?P<rest>[^/].*)")

#: No sane installation comes near; a file that does is not read.
_MAX_MANIFEST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ModulePlace:
    """A module's directory, and how Terraform names it in ``path.module``."""

    directory: Path
    source_dir: str


@dataclass(frozen=True, slots=True)
class NotInstalled:
    """A module whose code is not on disk, and the command that would fetch it."""

    reason: str
    command: str


class ModuleSources:
    """Finds the directories of module calls below one root module.

    ``root`` is the root module's directory and ``boundary`` the repository root
    that no path may leave, whatever symbolic links say. ``data_dir`` is
    Terraform's data directory, ``.terraform`` unless ``TF_DATA_DIR`` says otherwise.
    ``shown`` is the root module's directory as messages show it.
    """

    def __init__(
        self, root: Path, boundary: Path, data_dir: str = ".terraform", shown: str = "."
    ) -> None:
        self._command = "terraform init" if shown == "." else f"terraform -chdir={shown} init"
        self._root = root
        self._boundary = real(boundary)
        self._data_dir = data_dir
        self._manifest: dict[str, tuple[str, str, str]] | None = None

    def locate(
        self, call: ModuleCall, path: tuple[str, ...], parent: ModulePlace
    ) -> ModulePlace | NotInstalled:
        """The place of the module at ``path`` that ``call`` asks for.

        Raises ``HclError`` for a local path that does not exist or leads out of the
        repository.
        """
        source = call.source
        if source.startswith(_LOCAL_PREFIXES):
            local = source.replace("\\", "/")
            source_dir = posixpath.normpath(posixpath.join(parent.source_dir, local))
            return ModulePlace(self._confined(source_dir, call), source_dir)
        return self._installed(call, path)

    def _confined(self, source_dir: str, call: ModuleCall) -> Path:
        directory = self._root / source_dir
        if not is_inside(directory, self._boundary):
            raise HclError(
                f'The module source "{call.source}" leads out of the repository.',
                call.source_location,
                f"driftcheck reads nothing outside the repository root, here {self._boundary}. "
                "Where there is no .git directory, run it in the directory that holds both.",
            )
        if not is_directory(directory):
            raise HclError(
                f'There is no directory for the module source "{call.source}".',
                call.source_location,
                f"The path {source_dir} does not exist or is not a directory.",
            )
        return real(directory)

    def _installed(self, call: ModuleCall, path: tuple[str, ...]) -> ModulePlace | NotInstalled:
        key = ".".join(path)
        command = self._command
        entry = self._entries().get(key)
        if entry is None:
            return NotInstalled(
                f'module.{path[-1]} (source "{call.source}") is not installed; '
                f"`{command}` fetches it",
                command,
            )
        source, _version, directory = entry
        if normalise_source(source) != normalise_source(call.source):
            return NotInstalled(
                f'module.{path[-1]} is installed from "{source}" but now asks for '
                f'"{call.source}"; `{command}` fetches it',
                command,
            )
        source_dir = posixpath.normpath(directory.replace("\\", "/"))
        place = self._root / source_dir
        if is_inside(place, self._boundary) and not is_directory(place):
            return NotInstalled(
                f"module.{path[-1]} was installed in {source_dir}, which is gone; "
                f"`{command}` fetches it again",
                command,
            )
        return ModulePlace(self._confined(source_dir, call), source_dir)

    def _entries(self) -> dict[str, tuple[str, str, str]]:
        """The manifest's entries by module path: source, version, directory."""
        if self._manifest is None:
            self._manifest = self._read_manifest()
        return self._manifest

    def _read_manifest(self) -> dict[str, tuple[str, str, str]]:
        path = self._root / self._data_dir / "modules" / "modules.json"
        if not is_inside(path, self._boundary) or not is_file(path):
            return {}
        if path.stat().st_size > _MAX_MANIFEST_BYTES:
            raise HclError(f"{path.name} is larger than driftcheck is willing to read.")
        try:
            content = json.loads(path.read_bytes())
            modules = content["Modules"]
            return {
                str(m["Key"]): (str(m["Source"]), str(m.get("Version", "")), str(m["Dir"]))
                for m in modules
            }
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise HclError(
                f"{self._data_dir}/modules/modules.json cannot be read: {error}.",
                None,
                "Run `terraform init` again, or remove the file.",
            ) from error


def normalise_source(source: str) -> str:
    """A source address in the form that ``modules.json`` has it in.

    ``terraform init`` leaves the public registry's host name there, and writes git
    addresses out: ``github.com/a/b`` is ``git::https://github.com/a/b.git``, and
    ``git@host:a/b`` is ``git::ssh://git@host/a/b``. Both sides of a comparison go
    through here, so that the registry's host name may be there or not.
    """
    source = source.removeprefix(_DEFAULT_REGISTRY)
    github = _GITHUB.fullmatch(source)
    if github is not None:
        return f"git::https://{github['repository'].removesuffix('.git')}.git{github['rest']}"
    copy = _SECURE_COPY.fullmatch(source)
    if copy is not None:
        return f"git::ssh://{copy['host']}/{copy['rest']}"
    return source
