"""The tree of modules that a root module calls, before any is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.context import EvalContext, Scope
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.module.constants import Constants, NoConstant
from driftcheck.hcl.module.declarations import Module, ModuleCall
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.load import DisplayName, FileParser, load_module
from driftcheck.hcl.module.sources import ModulePlace, ModuleSources
from driftcheck.hcl.types import STRING
from driftcheck.hcl.values import NO_MARKS, Unknown, Value
from driftcheck.model.location import Location

#: Real configurations nest modules less than ten deep; one that calls itself does not end.
MAX_DEPTH = 32

#: Module blocks in the whole tree, each counted once per way that leads to it.
MAX_MODULES = 5_000


@dataclass(eq=False)
class ModuleNode:
    """One module in the tree: a call may have many instances, it is one node.

    ``missing`` says why the code cannot be seen; ``module`` is empty then.
    """

    path: tuple[str, ...]
    module: Module
    place: ModulePlace
    parent: ModuleNode | None = None
    call: ModuleCall | None = None
    children: dict[str, ModuleNode] = field(default_factory=dict)
    missing: str | None = None
    #: Made where the source of a module below hangs on them.
    constants: Constants | None = None

    @property
    def address(self) -> str:
        """The module's address without instance keys; "" for the root."""
        return ".".join(f"module.{name}" for name in self.path)


@dataclass(frozen=True, slots=True)
class TreeBuilder:
    """Loads a root module and everything that it calls.

    ``given`` has the values that the root module's variables were given; only asked where
    a source hangs on them. ``context`` makes what sources are evaluated with; it bounds the
    work on all of them together.
    """

    sources: ModuleSources
    parse: FileParser
    display: DisplayName
    diagnostics: Diagnostics
    cwd: str
    given: Callable[[Module], Mapping[str, Value]]
    context: Callable[[Scope], EvalContext]

    def build(self, directory: Path) -> ModuleNode:
        """The tree whose root is the module in ``directory``."""
        loaded: dict[Path, Module] = {}
        root = ModuleNode((), self._load(directory, loaded), ModulePlace(directory, "."))
        pending = [root]
        count = 0
        while pending:
            node = pending.pop()
            for call in node.module.calls.values():
                count += 1
                child = self._child(node, call, loaded, count)
                node.children[call.name] = child
                self._check_arguments(child)
                pending.append(child)
        return root

    def _load(self, directory: Path, loaded: dict[Path, Module]) -> Module:
        module = loaded.get(directory)
        if module is None:
            module = load_module(directory, self.parse, self.display, self.diagnostics)
            loaded[directory] = module
        return module

    def _child(
        self, node: ModuleNode, call: ModuleCall, loaded: dict[Path, Module], count: int
    ) -> ModuleNode:
        path = (*node.path, call.name)
        missing: str
        try:
            _check_size(path, count, call.location)
            call = self._with_source(node, call)
            found = self.sources.locate(call, path, node.place)
            if isinstance(found, ModulePlace):
                module = self._load(found.directory, loaded)
                return ModuleNode(path, module, found, node, call)
            missing = found.reason
            self._report_missing(found.reason, call)
        except NoConstant as error:
            missing = str(error)
            self._report_missing(missing, call)
        except HclError as error:
            self.diagnostics.caught(error)
            missing = f"module.{call.name} could not be read: {error.summary}"
        return ModuleNode(path, Module(node.place.directory), node.place, node, call, {}, missing)

    def _with_source(self, node: ModuleNode, call: ModuleCall) -> ModuleCall:
        """The call with its source, which may be made of constants (Terraform 1.15).

        Raises ``NoConstant`` where a variable has no value yet, and ``HclError`` for what
        Terraform refuses as a source.
        """
        expression = call.source_expression
        if expression is None:
            return call
        value = self._constants(node).value(expression)
        why = "it is null"
        if isinstance(value.raw, Unknown):
            why = value.raw.reason
        elif value.marks != NO_MARKS:
            why = "it is sensitive or ephemeral"
        elif not value.is_null:
            try:
                return replace(call, source=convert(value, STRING).as_str())
            except ConvertError as error:
                why = str(error)
        raise HclError(
            f"The source of module.{call.name} cannot be known: {why}.",
            expression.location,
            "It may refer to variables that are declared with const = true, and to locals made "
            "of these.",
        )

    def _constants(self, node: ModuleNode) -> Constants:
        if node.constants is None:
            outer = None if node.parent is None else self._constants(node.parent)
            given = self.given(node.module) if outer is None else {}
            node.constants = Constants(node, outer, given, self.cwd, self.context)
        return node.constants

    def _report_missing(self, reason: str, call: ModuleCall) -> None:
        self.diagnostics.incomplete(
            f"The code of module.{call.name} cannot be seen.",
            call.source_location,
            f"{reason}. Whatever resources it declares are missing from the result, "
            f"and its outputs are unknown.",
        )

    def _check_arguments(self, child: ModuleNode) -> None:
        call = child.call
        if child.missing is not None or call is None:
            return
        variables = child.module.variables
        for name, argument in call.arguments.items():
            if name not in variables:
                self.diagnostics.error(
                    "Unsupported argument.",
                    argument.location,
                    f'module.{call.name} declares no variable "{name}".',
                )
        for name, variable in variables.items():
            if variable.default is None and name not in call.arguments:
                self.diagnostics.error(
                    "Missing required argument.",
                    call.location,
                    f'The argument "{name}" of module.{call.name} is required: the variable, '
                    f"declared at {variable.location}, has no default.",
                )


def _check_size(path: tuple[str, ...], count: int, location: Location) -> None:
    if len(path) > MAX_DEPTH:
        raise HclLimitError(
            f"Modules are nested more than {MAX_DEPTH} deep.",
            location,
            "A module that calls itself, directly or through others, never ends.",
        )
    if count > MAX_MODULES:
        raise HclLimitError(
            f"There are more than {MAX_MODULES} module calls below the root module.",
            location,
            "driftcheck stops at a fixed bound so that code under review cannot exhaust "
            "the machine.",
        )


def has_managed_resources(node: ModuleNode) -> bool:
    """Whether a module, or one below it, declares a managed resource."""
    if any(decl.mode == "resource" for decl in node.module.resources.values()):
        return True
    return any(has_managed_resources(child) for child in node.children.values())
