"""What was found out about a root module, for as long as nothing of it changes.

A check of a module without a spec is a function of the program, the policies, the options,
the day, and the files that Terraform reads: those of the module's directory and of the
directories that it calls. All of that is in the key, or is written down next to the result
and compared before the result is used again. Whatever else could decide keeps a result
from being kept: values given by options or the environment, files read by functions
(``file`` and its kin), symbolic links, anything that could not be evaluated, policies that
look at the clock. What is kept is what the report says, so nothing that is sensitive.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftcheck.hcl import cache_dir
from driftcheck.model.finding import Finding
from driftcheck.model.report import TableResult
from driftcheck.paths import is_file, is_inside, real, repository_root
from driftcheck.policies.model import Policy
from driftcheck.records.read import finding_of, table_of
from driftcheck.records.write import finding_document, table_document
from driftcheck.stages.check_options import CheckOptions
from driftcheck.stages.code_tables import CodeTables
from driftcheck.stages.kept.program import program
from driftcheck.stages.parsed import ParsedOnce, digest_of

#: What decides of the files of a directory: code, and values for variables.
_CODE = (".tf", ".tf.json")
_VALUES = (".tfvars", ".tfvars.json")
#: Keywords of policies whose outcome changes with nothing but time.
TIMED = ("maximumAge",)

#: What Terraform keeps for a root module in its data directory, and we read.
_DATA_FILES = ("environment", "modules/modules.json")
#: More than is read of any file; one that is larger is refused before anything is kept.
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check says about one module."""

    tables: Sequence[TableResult]
    findings: Sequence[Finding]
    warnings: Sequence[str]


class KeptChecks:
    """The outcomes of earlier runs with the same policies and options."""

    def __init__(self, run: str, data_dir: str, parsed: ParsedOnce) -> None:
        self._run = run
        self._data_dir = data_dir
        self._parsed = parsed
        self._before: dict[Path, list[list[str | None]]] = {}

    def find(self, module: Path) -> Outcome | None:
        """The outcome for a module in whose files nothing changed; None where there is none."""
        self._before[module] = self._data(module)
        content = cache_dir.read(self._name(module))
        if content is None:
            return None
        kept = json.loads(content)
        if not self._same(module, kept):
            return None
        return _outcome(kept)

    def keep(self, module: Path, code: CodeTables, outcome: Outcome) -> None:
        """Keep what was found out, where nothing but the module's files can have decided it.

        The outcome must have been looked for before it was worked out: what has changed in
        between is noticed by that.
        """
        if cache_dir.directory() is None:
            return
        directories, data = self._directories(module, code), self._data(module)
        if directories is None or data != self._before.pop(module, None):
            return
        kept = {
            "directories": directories,
            "data": data,
            "tables": [table_document(t) for t in outcome.tables],
            "findings": [finding_document(f) for f in outcome.findings],
            "warnings": list(outcome.warnings),
        }
        content = json.dumps(kept)
        # A value that JSON would bring back as another is not kept, nor is one it must not show.
        if repr(_outcome(json.loads(content))) == repr(outcome):
            cache_dir.write(self._name(module), content.encode())

    def _name(self, module: Path) -> str:
        place = json.dumps(
            [self._run, str(module), str(real(module)), str(repository_root(module))]
        )
        return f"checks/{digest_of(place.encode(errors='surrogatepass'))}.json"

    def _same(self, module: Path, kept: Mapping[str, Any]) -> bool:
        """Whether the files that decided are what they were, and lie where they lay."""
        return kept["data"] == self._before[module] and all(
            os.path.realpath(place) == directory and _files(directory) == files
            for place, directory, files in kept["directories"]
        )

    def _data(self, module: Path) -> list[list[str | None]]:
        """What is in Terraform's data directory that we would read; None where nothing is."""
        found: list[list[str | None]] = []
        boundary = repository_root(module)
        for name in _DATA_FILES:
            path = module / self._data_dir / name
            readable = is_inside(path, boundary) and is_file(path)
            found.append([str(real(path)), _digest_of_file(str(path)) if readable else None])
        return found

    def _directories(self, module: Path, code: CodeTables) -> list[list[Any]] | None:
        """The directories that the code came from, or None where more than them decided."""
        evaluation = code.evaluation
        if evaluation is None or not evaluation.only_of_its_code:
            return None
        found: list[list[Any]] = []
        root = real(module)
        for place in evaluation.places():
            files = _files(str(place.directory))
            parsed = self._parsed.digests(place.directory)
            if files is None or not _is_parsed(files, parsed, is_root=place.directory == root):
                return None
            found.append([str(root / place.source_dir), str(place.directory), files])
        return found


def kept_checks(options: CheckOptions, policies: Sequence[Policy]) -> KeptChecks | None:
    """Where outcomes of a run with these options are; None where none can be used again."""
    given = options.evaluation
    environment = given.environment
    if (
        options.policies_digest is None
        or not isinstance(options.parse, ParsedOnce)
        or given.variables
        or options.base is not None
        or options.live is not None
        or any(name.startswith("TF_VAR_") for name in environment)
        or any(_is_timed(p) for p in policies if options.selection.selects(p.id, p.packs))
    ):
        return None
    run = [
        program().hex(),
        options.policies_digest,
        repr(options.selection),
        options.today.isoformat(),
        given.workspace,
        environment.get("TF_WORKSPACE"),
        environment.get("TF_DATA_DIR"),
        str(Path.cwd()),
        os.path.realpath("."),
    ]
    text = json.dumps(run).encode(errors="surrogatepass")
    name = hashlib.blake2b(text, digest_size=24).hexdigest()
    return KeptChecks(name, environment.get("TF_DATA_DIR") or ".terraform", options.parse)


def _is_timed(policy: Policy) -> bool:
    text = repr((policy.when, policy.must))
    return any(word in text for word in TIMED)


def _files(directory: str) -> list[list[str]] | None:
    """The files of a directory that Terraform reads, with digests of what is in them.

    None where one is no regular file: a link may lead anywhere.
    """
    found = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if not entry.name.endswith(_CODE + _VALUES):
                    continue
                if not entry.is_file(follow_symlinks=False):
                    return None
                found.append([entry.name, _digest_of_file(entry.path)])
    except OSError:
        return None
    return sorted(found)


def _digest_of_file(path: str) -> str:
    """The digest of as much of a file as is ever read."""
    with open(path, "rb") as file:  # noqa: PTH123 - thousands of them
        return digest_of(file.read(_MOST_BYTES))


def _is_parsed(files: Iterable[Sequence[str]], parsed: Mapping[str, str], *, is_root: bool) -> bool:
    """Whether the files are those that were evaluated: none came, went or changed meanwhile."""
    now = {name: digest for name, digest in files if is_root or name.endswith(_CODE)}
    read = {n for n in now if n.endswith(_CODE) or _is_read_by_itself(n)}
    return all(now.get(n) == d for n, d in parsed.items()) and all(
        n in parsed or n.startswith((".", "#")) for n in read
    )


def _is_read_by_itself(name: str) -> bool:
    automatic = (".auto.tfvars", ".auto.tfvars.json")
    return name in ("terraform.tfvars", "terraform.tfvars.json") or name.endswith(automatic)


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    return Outcome(
        [table_of(t) for t in kept["tables"]],
        [finding_of(f) for f in kept["findings"]],
        kept["warnings"],
    )
