"""Reading specs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from driftcheck.aspects import BY_NAME, FIELD_OWNERS
from driftcheck.documents import Document, load_document
from driftcheck.documents.nodes import MAX_BYTES
from driftcheck.documents.validate import suggestion, validate
from driftcheck.errors import SpecError, UsageError
from driftcheck.model.finding import Severity
from driftcheck.model.location import Location
from driftcheck.model.pointer import join, split
from driftcheck.model.table import Fragment
from driftcheck.model.values import Json
from driftcheck.model.waiver import Waiver
from driftcheck.paths import (
    is_directory,
    is_file,
    is_inside,
    leads_out,
    real,
    repository_root,
    shown,
)
from driftcheck.spec.instances import has_placeholder, instances
from driftcheck.spec.model import (
    AspectSelection,
    AssumeRole,
    Contract,
    PolicySelection,
    SeverityOverride,
    Spec,
    Target,
    Unmanaged,
)
from driftcheck.spec.schema import spec_schema

_SUFFIXES = (".yaml", ".yml", ".json")
#: In YAML at the beginning of a line, in JSON anywhere.
_VERSION = re.compile(rb'(?m)(^|[{,]\s*)["\']?version["\']?[ \t]*:[ \t]*1[ \t]*($|[\r,}#])')


def find_specs(paths: list[Path]) -> list[Path]:
    """The spec files that the paths stand for: files themselves, and those in directories.

    A directory gives its ``.yaml``, ``.yml`` and ``.json`` files, JSON Schemas
    (``*.schema.json``) and hidden files aside. Raises ``UsageError`` for a directory
    without any.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = documents_in(path)
        if not inside:
            raise UsageError(f"{shown(path)}: there is no spec (*.yaml, *.json) in this directory.")
        found += inside
    return list(dict.fromkeys(found))


def documents_in(directory: Path) -> list[Path]:
    """The files of a directory that may be specs."""
    return sorted(
        p
        for p in directory.iterdir()
        if p.suffix in _SUFFIXES
        and not p.name.endswith(".schema.json")
        and not p.name.startswith(".")
        and p.is_file()
    )


def looks_like_a_spec(file: Path) -> bool:
    """Whether a file can be read and states the version of the format of specs."""
    if leads_out(file):
        return False
    try:
        with file.open("rb") as stream:
            return _VERSION.search(stream.read(MAX_BYTES)) is not None
    except OSError:
        return False


def load_specs(path: Path, root: Path | None = None) -> tuple[Spec, ...]:
    """The specs in a YAML or JSON file: one, or one for every element of its ``for_each``.

    Files that they name must lie in ``root``, by default the repository that the
    spec itself is in. Raises ``SpecError`` at the line of the first mistake.
    """
    if path.name.endswith((".tf", ".tf.json")):
        raise UsageError(f"{shown(path)}: this is Terraform code and no spec. Name its directory.")
    document = load_document(path)
    _check_version(document)
    schema = spec_schema()
    validate(document, schema, "spec")
    root = root or repository_root(path)
    named = str(document.data["name"])
    specs: list[Spec] = []
    for each, instance in instances(document):
        if each is None:
            return (_Reader(document, path, root).spec(),)
        try:
            validate(instance, schema, "spec")
            spec = _Reader(instance, path, root).spec()
        except SpecError as error:
            detail = f'In the instance for "{each.key}". {error.detail}'.rstrip()
            raise SpecError(error.summary, error.location, detail) from None
        if not has_placeholder(named):
            spec = replace(spec, name=f'{named}["{each.key}"]')
        specs.append(spec)
    return tuple(specs)


def load_spec(path: Path, root: Path | None = None) -> Spec:
    """The one spec in a file; see ``load_specs``. Raises ``SpecError`` if it holds several."""
    specs = load_specs(path, root)
    if len(specs) != 1:
        raise SpecError(
            f'{shown(path)}: "for_each" makes {len(specs)} specs of this file, and one is needed.'
        )
    return specs[0]


def _check_version(document: Document) -> None:
    """Say plainly that a file is no spec, or one of another version, before the schema does."""
    start = document.values[""]
    if not isinstance(document.data, dict):
        raise SpecError("this is not a spec: it must be a mapping.", start)
    if "version" not in document.data:
        raise SpecError("this is not a spec: it lacks the version.", start, "Add: version: 1")
    version = document.data["version"]
    if version == "1":
        raise SpecError(
            'the version is the text "1".',
            document.values["/version"],
            "Write it without quotes: version: 1",
        )
    if version != 1 or isinstance(version, bool):
        raise SpecError(
            f"version {version} of the spec format is not known.",
            document.values["/version"],
            "This driftcheck reads version 1.",
        )


class _Reader:
    """Turns a document that satisfies the schema into a ``Spec``."""

    def __init__(self, document: Document, path: Path, root: Path) -> None:
        self._document = document
        self._data: dict[str, Any] = document.data
        self._path = path
        self._root = root

    def spec(self) -> Spec:
        data = self._data
        return Spec(
            file=shown(self._path),
            root=self._root,
            name=data["name"],
            module=self._module(),
            variables=data.get("variables", {}),
            var_files=self._files(data, "/var_files"),
            workspace=data.get("workspace"),
            tables=_tables(data),
            targets=self._targets(),
            contracts=self._contracts(),
            policies=self._policies(),
            aspects=self._aspects(),
            waivers=tuple(
                self._waiver(w, join("waivers", str(i)))
                for i, w in enumerate(data.get("waivers", ()))
            ),
            unmanaged=self._unmanaged(),
            severity=tuple(
                SeverityOverride(**{**entry, "severity": Severity(entry["severity"])})
                for entry in data.get("severity", ())
            ),
            locations={p: self._document.where(p) for p in self._document.values},
        )

    def _at(self, pointer: str) -> Location:
        return self._document.where(pointer)

    def _module(self) -> Path | None:
        if "module" not in self._data:
            return None
        return self._inside(self._data["module"], "/module", directory=True)

    def _files(self, data: Mapping[str, Any], pointer: str) -> tuple[Path, ...]:
        return tuple(
            self._inside(name, f"{pointer}/{index}", directory=False)
            for index, name in enumerate(data.get("var_files", ()))
        )

    def _inside(self, name: str, pointer: str, *, directory: bool) -> Path:
        """A path that the spec names, which must exist and lie in the repository."""
        kind = "directory" if directory else "file"
        path = self._path.parent / name
        if not is_inside(path, self._root):
            raise SpecError(
                f'"{name}" lies outside the repository.',
                self._at(pointer),
                f"Only what is in {shown(self._root)} is read.",
            )
        if not (is_directory(path) if directory else is_file(path)):
            raise SpecError(
                f'there is no {kind} "{name}".',
                self._at(pointer),
                f"The path is relative to the spec: looked for {shown(path)}.",
            )
        return real(path)

    def _targets(self) -> tuple[Target, ...]:
        if "targets" not in self._data:
            return (Target(),)
        seen: set[str] = set()
        targets: list[Target] = []
        for index, entry in enumerate(self._data["targets"]):
            pointer = join("targets", str(index))
            for target in self._target(entry, pointer):
                if target.name in seen:
                    raise SpecError(
                        f'the target name "{target.name}" is used twice.',
                        self._at(pointer + "/name"),
                        "Reports tell targets apart by their names.",
                    )
                seen.add(target.name)
                targets.append(target)
        return tuple(targets)

    def _target(self, entry: Mapping[str, Any], pointer: str) -> Iterator[Target]:
        """A target for each of the regions that an entry names, or for the one that it does."""
        account = entry.get("account")
        one = Target(
            name=entry["name"],
            account=None if account is None else str(account).zfill(12),
            region=entry.get("region"),
            environment=entry.get("environment"),
            profile=entry.get("profile"),
            assume_role=tuple(AssumeRole(**r) for r in entry.get("assume_role", ())),
            variables=entry.get("variables", {}),
            var_files=self._files(entry, pointer + "/var_files"),
            workspace=entry.get("workspace"),
            tables=_tables(entry),
            location=self._at(pointer),
            pointer=pointer,
        )
        if "regions" not in entry:
            yield one
        elif "region" in entry:
            raise SpecError(
                'a target has "region" or "regions", not both.',
                self._at(pointer + "/regions"),
                "Write all of them under regions.",
            )
        for index, region in enumerate(entry.get("regions", ())):
            place = self._at(f"{pointer}/regions/{index}")
            yield replace(one, name=f"{one.name}-{region}", region=region, location=place)

    def _contracts(self) -> tuple[Contract, ...]:
        contracts: list[Contract] = []
        if "contract" in self._data:
            contracts.append(self._contract(self._data["contract"], "/contract", {}))
        for index, entry in enumerate(self._data.get("tables", ())):
            pointer = join("tables", str(index), "contract")
            contracts.append(self._contract(entry["contract"], pointer, entry["match"]))
        return tuple(contracts)

    def _contract(
        self, stated: Mapping[str, Json], pointer: str, match: Mapping[str, str]
    ) -> Contract:
        settings: dict[str, Fragment] = {}
        for name, value in stated.items():
            settings.setdefault(FIELD_OWNERS[name], {})[name] = value
        return Contract(
            settings={
                aspect: BY_NAME[aspect].normalise(fragment) for aspect, fragment in settings.items()
            },
            locations={
                place[len(pointer) :]: (self._at(place),)
                for place in self._document.values
                if place == pointer or place.startswith(pointer + "/")
            },
            match_name=match.get("name"),
            match_address=match.get("address"),
            location=self._at(pointer),
        )

    def _policies(self) -> PolicySelection:
        entry = self._data.get("policies")
        if entry is None:
            return PolicySelection()
        prefix = "/policies"
        return PolicySelection(
            packs=tuple(entry.get("packs", PolicySelection().packs)),
            include=tuple(entry.get("include", ())),
            exclude=tuple(entry.get("exclude", ())),
            parameters=entry.get("parameters", {}),
            locations={
                place[len(prefix) :]: self._at(place)
                for place in self._document.values
                if place.startswith(prefix + "/")
            },
        )

    def _aspects(self) -> AspectSelection:
        entry = self._data.get("aspects")
        if entry is None:
            return AspectSelection()
        prefix = "/aspects"
        found = AspectSelection(
            include=tuple(entry.get("include", ("*",))),
            exclude=tuple(entry.get("exclude", ())),
            locations={
                place[len(prefix) :]: self._at(place)
                for place in self._document.values
                if place.startswith(prefix + "/")
            },
        )
        self._check_aspects(found)
        return found

    def _check_aspects(self, selection: AspectSelection) -> None:
        """Refuse patterns that name no aspect, and a contract about what is not looked at."""
        for field in ("include", "exclude"):
            for index, pattern in enumerate(getattr(selection, field)):
                if not any(fnmatchcase(name, pattern) for name in BY_NAME):
                    raise SpecError(
                        f'no aspect is called "{pattern}".',
                        selection.locations.get(f"/{field}/{index}"),
                        suggestion(pattern, BY_NAME),
                    )
        for contract in self._contracts():
            for pointer, places in contract.locations.items():
                stated = split(pointer)
                if len(stated) == 1 and not selection.covers(FIELD_OWNERS[stated[0]]):
                    raise SpecError(
                        f'"{stated[0]}" is stated here, but the aspect '
                        f'"{FIELD_OWNERS[stated[0]]}" is left out under "aspects".',
                        places[0],
                        "State less, or leave out less.",
                    )

    def _waiver(self, entry: Mapping[str, Any], pointer: str) -> Waiver:
        try:
            expires = date.fromisoformat(entry["expires"])
        except ValueError:
            raise SpecError(
                f'"{entry["expires"]}" is not a day of the calendar.',
                self._at(pointer + "/expires"),
            ) from None
        return Waiver(
            rule=entry.get("rule"),
            aspect=entry.get("aspect"),
            path=entry.get("path"),
            table=entry.get("table"),
            owner=entry.get("owner"),
            reason=entry["reason"],
            expires=expires,
            location=self._at(pointer),
        )

    def _unmanaged(self) -> Unmanaged:
        entry = self._data.get("unmanaged")
        if entry is None:
            return Unmanaged()
        return Unmanaged(
            enabled=entry.get("enabled", True),
            include=tuple(entry.get("include", ("*",))),
            exclude=tuple(entry.get("exclude", ())),
        )


def _tables(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What ``table`` says: one name or pattern, or several."""
    stated = entry.get("table", ())
    return (stated,) if isinstance(stated, str) else tuple(stated)
