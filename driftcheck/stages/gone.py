"""Where to show what is no longer in the code.

A report needs a line of the files as they are now. What was taken away has none, so the
nearest one stands for it: the block that let it go, or the place in the file where it
stood. The line that it had follows, at its commit.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path

from driftcheck.hcl.module import Evaluation
from driftcheck.hcl.module.load import configuration_files
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.inputs.refactoring import removed_at
from driftcheck.model.location import Location
from driftcheck.model.table import Table
from driftcheck.paths import is_inside, shown
from driftcheck.stages.base import Snapshot

#: A step of an address: a name, and the instance key that it has.
_STEP = re.compile(r'([A-Za-z_][A-Za-z0-9_-]*)(\[(?:\d+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)')
#: Longest files that are compared line by line.
_MAX_LINES = 4_000


def gone_at(
    table: Table, before: Snapshot, old: Evaluation | None, now: Evaluation | None
) -> tuple[Location, ...]:
    """Where a table of the code before that is not in the code now is shown.

    First a line of the work tree, then the line that the table had: the ``removed``
    block that speaks of it; the block that makes fewer instances now; the place where its
    resource or module block stood; another file of that directory. Where the whole
    directory is gone it is the file and line as they were.
    """
    had = table.where("")
    address = table.address or ""
    if now is not None:
        let_go = removed_at(now, address)
        declared = let_go or _declared(address, now.tree)
        if declared is not None:
            return (declared, *had)
    taken = _taken(address, old.tree, now.tree) if old is not None and now is not None else None
    block = taken or (had[0] if had else None)
    return had if block is None else (_in_work_tree(block, before), *had)


def _steps(address: str) -> tuple[list[tuple[str, str]], str]:
    """The module calls of an address with their keys, then the resource without its key."""
    steps = [(found[1], found[2] or "") for found in _STEP.finditer(address)]
    calls: list[tuple[str, str]] = []
    while len(steps) > 2 and steps[0][0] == "module":
        calls.append(steps[1])
        steps = steps[2:]
    return calls, ".".join(name for name, _key in steps)


def _declared(address: str, tree: ModuleNode) -> Location | None:
    """The outermost block with instances that still declares an address; None if none does."""
    calls, resource = _steps(address)
    node, keyed = tree, None
    for name, call_key in calls:
        child = node.children.get(name)
        if child is None or child.call is None:
            return None
        if call_key and keyed is None:
            keyed = child.call.location
        node = child
    found = node.module.resources.get(resource)
    if found is None:
        return None
    return keyed or found.location


def _taken(address: str, old: ModuleNode, now: ModuleNode) -> Location | None:
    """The outermost block of the code before that the code now does not have."""
    calls, resource = _steps(address)
    for name, _call_key in calls:
        before = old.children.get(name)
        after = now.children.get(name)
        if before is None or before.call is None:
            return None
        if after is None:
            return before.call.location
        old, now = before, after
    found = old.module.resources.get(resource)
    return found.location if found is not None else None


def _in_work_tree(old: Location, before: Snapshot) -> Location:
    """The line of the work tree that is nearest to a line of the code before."""
    name = old.file.partition(":")[2]
    path = before.repository / name
    if path.is_file() and is_inside(path, before.repository):
        return Location(shown(path), _line_now(old.line, before.root / name, path), 1)
    rest = configuration_files(path.parent)[0] if path.parent.is_dir() else []
    if rest:
        main = next((p for p in rest if p.name == "main.tf"), rest[0])
        return Location(shown(main), 1, 1)
    return Location(shown(path), old.line, old.column)


def _line_now(line: int, old: Path, now: Path) -> int:
    """Where a line of a file, or what stood next to it, is in the file as it is now."""
    before, after = (p.read_text("utf-8", "replace").splitlines() for p in (old, now))
    if max(len(before), len(after)) > _MAX_LINES:
        return 1
    for _tag, start, end, now_start, now_end in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if start < line <= end:
            same = now_start + (line - 1 - start)
            return min(max(same if same < now_end else now_start, 0) + 1, max(len(after), 1))
    return 1
