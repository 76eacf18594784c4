"""Defaults of a repository: ``driftcheck.toml``, or ``[tool.driftcheck]`` in ``pyproject.toml``.

The nearest of these files counts, from the working directory up to the top of the
repository; what the command line says wins. Paths are relative to the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftcheck.errors import SpecError
from driftcheck.model.finding import Severity
from driftcheck.model.location import Location
from driftcheck.paths import content_of, is_file, is_inside, real, repository_root, shown

FILE = "driftcheck.toml"
_TABLE = "tool.driftcheck"
#: Largest settings file that is read, in bytes.
MAX_SIZE = 1024 * 1024
#: Most dots in a line of one.
MAX_DOTS = 256
NEVER = "never"

_LISTS = ("specs", "policies", "packs")
_KEYS = (*_LISTS, "fail-on")
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands for options that are not given; empty and None leave the built-in default.

    ``specs`` and ``policies`` are paths of the repository, ``packs`` are the policies
    for modules without a spec, ``fail_on`` is a severity or ``never``.
    """

    specs: tuple[Path, ...] = ()
    policies: tuple[Path, ...] = ()
    packs: tuple[str, ...] = ()
    fail_on: str | None = None


def load_settings(directory: Path | None = None) -> Settings:
    """The settings that hold in a directory, by default the working directory.

    Raises ``SpecError`` for a file that cannot be read or says something unknown.
    """
    here = real(directory or Path())
    top = repository_root(here)
    for candidate in (here, *here.parents):
        own = candidate / FILE
        if is_file(own):
            return _settings(own, _parsed(own), "", top)
        project = candidate / "pyproject.toml"
        if is_file(project):
            tool = _parsed(project).get("tool")
            section = tool.get("driftcheck") if isinstance(tool, dict) else None
            if section is not None:
                return _settings(project, section, _TABLE, top)
        if candidate == top:
            break
    return Settings()


def _parsed(file: Path) -> Mapping[str, Any]:
    import tomllib  # most directories have no settings

    name = shown(file)
    try:
        text = content_of(file, MAX_SIZE).decode("utf-8")
        # Python's parser takes time and memory that grow with the square of a key's parts.
        for number, written in enumerate(text.split("\n"), 1):
            if written.count(".") > MAX_DOTS:
                where = Location(name, number, 1)
                raise SpecError(f"the line has more than {MAX_DOTS} dots.", where)
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise SpecError("the file is not UTF-8 text.", Location(name, 1, 1)) from None
    except RecursionError:
        raise SpecError("the file is nested too deeply.", Location(name, 1, 1)) from None
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        place = _PLACE.search(text)
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        problem = _PLACE.sub("", text).rstrip(".")
        raise SpecError(f"this is not TOML: {problem}.", Location(name, line, column)) from None
    except ValueError as error:
        # Of numbers with thousands of digits, which the parser leaves to Python.
        raise SpecError(f"this is not TOML: {error}.", Location(name, 1, 1)) from None


def _settings(file: Path, content: Any, table: str, top: Path) -> Settings:
    if not isinstance(content, dict):
        raise _mistake(file, "driftcheck", table, "must be a table.", "Write: [tool.driftcheck]")
    known = ", ".join(_KEYS)
    for key in content:
        if key not in _KEYS:
            raise _mistake(file, key, table, "is no setting.", f"Known here: {known}.")
    texts = {key: _texts(file, key, content.get(key, []), table) for key in _LISTS}
    fail_on = content.get("fail-on")
    levels = [*(severity.value for severity in Severity), NEVER]
    if fail_on is not None and fail_on not in levels:
        problem = f"must be one of {', '.join(levels)}."
        raise _mistake(file, "fail-on", table, problem)
    paths = {key: _paths(file, key, texts[key], table, top) for key in ("specs", "policies")}
    return Settings(paths["specs"], paths["policies"], texts["packs"], fail_on)


def _texts(file: Path, key: str, value: Any, table: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise _mistake(file, key, table, "must be a list of texts.", f'Write: {key} = ["..."]')
    return tuple(value)


def _paths(file: Path, key: str, names: tuple[str, ...], table: str, top: Path) -> tuple[Path, ...]:
    found = []
    for name in names:
        path = file.parent / name
        if not is_inside(path, top):
            raise _mistake(file, key, table, f'leads out of the repository: "{name}".')
        if not os.path.exists(path):  # noqa: PTH110 - pathlib raises where a name is too long
            raise _mistake(file, key, table, f'names "{name}", which does not exist.')
        # Messages and reports name files as seen from the working directory.
        found.append(Path(shown(path)))
    return tuple(found)


def _mistake(file: Path, key: str, table: str, problem: str, help_: str = "") -> SpecError:
    return SpecError(f'"{key}" {problem}', _where(file, key, table), help_)


def _where(file: Path, key: str, table: str) -> Location:
    """Where a key stands: tomllib does not tell, so the file's lines are searched."""
    wanted = re.compile(rf"""\s*(?:(?:tool\.)?driftcheck\s*\.\s*)?["']?{re.escape(key)}["']?\s*=""")
    inside = not table
    start = 1
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("["):
            inside = line.split("#")[0].strip().strip("[]").replace(" ", "") == table
            start = number if inside else start
        if inside and wanted.match(line):
            return Location(shown(file), number, len(line) - len(line.lstrip()) + 1)
    return Location(shown(file), start, 1)
