"""Evaluates a root module: the way in, and the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from driftcheck.errors import HclError, UsageError
from driftcheck.hcl.context import Budget, EvalContext, Files
from driftcheck.hcl.module.comments import ScopedComment, scoped_comments
from driftcheck.hcl.module.declarations import Import, Module, Moved, Removed
from driftcheck.hcl.module.diagnostics import Diagnostic, Diagnostics, Level
from driftcheck.hcl.module.evaluator import ModuleEvaluator
from driftcheck.hcl.module.inputs import RootInputs, VarOption
from driftcheck.hcl.module.instances import InputSource, ModuleInstance, ResourceInstance
from driftcheck.hcl.module.load import DisplayName, FileParser, no_files_error
from driftcheck.hcl.module.plain import model_resource
from driftcheck.hcl.module.schema import NoSchemas, ResourceSchemas
from driftcheck.hcl.module.scope import Surroundings
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.module.sources import ModulePlace, ModuleSources
from driftcheck.hcl.module.tree import ModuleNode, TreeBuilder
from driftcheck.hcl.module.undeclared import undeclared_references
from driftcheck.hcl.module.variables import set_variable, unset_variable
from driftcheck.hcl.module.workspace import selected_workspace
from driftcheck.hcl.syntax import Body, Traversal
from driftcheck.hcl.values import Value
from driftcheck.model.resource import Resource
from driftcheck.paths import is_inside, real, repository_root


@dataclass(frozen=True)
class ModuleOptions:
    """How a root module is evaluated.

    ``inputs`` are ``-var`` and ``-var-file`` in the order given; ``env`` is the
    environment (``TF_VAR_*``, ``TF_WORKSPACE``, ``TF_DATA_DIR``); ``workspace`` wins
    over both it and ``.terraform/environment``. Nothing outside ``repository_root``
    is read (default: see ``paths.repository_root``). ``resource_types`` says which
    managed resources are wanted; everything that they do not need stays
    unevaluated, unless ``everything`` is set. With ``missing_as_unknown`` a required
    variable without a value is unknown instead of an error. ``parse`` reads one file
    (default: driftcheck's parser); ``display`` gives the name to show for a path.
    """

    inputs: Sequence[VarOption] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    repository_root: Path | None = None
    schemas: ResourceSchemas = field(default_factory=NoSchemas)
    resource_types: Callable[[str], bool] = lambda type_: True
    everything: bool = False
    missing_as_unknown: bool = False
    parse: FileParser | None = None
    display: DisplayName | None = None


class Evaluation:
    """An evaluated root module.

    Nothing here raises for what is wrong with the configuration: that is in
    ``diagnostics``, and values that suffer from it are unknown.
    """

    def __init__(self, evaluator: ModuleEvaluator, root: ModuleInstance) -> None:
        self._evaluator = evaluator
        self._session = evaluator.session
        self.root = root

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything that is wrong, or could not be seen, so far."""
        return list(self._session.diagnostics)

    @property
    def has_errors(self) -> bool:
        """Whether Terraform would refuse the configuration."""
        return self._session.diagnostics.has_errors

    @property
    def resources(self) -> list[ResourceInstance]:
        """The evaluated instances of managed resources, in the order of their addresses."""
        return [r for r in self.instances() if r.mode == "resource"]

    def instances(self) -> list[ResourceInstance]:
        """The evaluated instances of managed resources and data sources."""
        found = [
            instance
            for modules in self._session.instances.values()
            for module in modules
            for resource in module.resources.values()
            for instance in resource.items.values()
        ]
        return sorted(found, key=lambda r: r.address)

    @property
    def outputs(self) -> dict[str, Value]:
        """The root module's outputs; evaluated now if they were not yet."""
        from driftcheck.hcl.module.graph import Node

        for name in self.root.node.module.outputs:
            self._evaluator.ensure(Node((), "output", name))
        return dict(self.root.outputs)

    @property
    def tree(self) -> ModuleNode:
        """The root module's declarations, and those of the modules below it."""
        return self._session.root

    def places(self) -> list[ModulePlace]:
        """Where the code of every module came from, the root's first."""
        return [node.place for node in self._evaluator.finder.all_modules()]

    @property
    def only_of_its_code(self) -> bool:
        """Whether all of it was evaluated, and no other file had a say (by ``file()``, say)."""
        files = self._session.files
        return (files is None or not files.used) and all(
            d.level is Level.WARNING for d in self._session.diagnostics
        )

    def modules(self) -> Iterable[ModuleInstance]:
        """Every instance of every module, the root first."""
        for instances in self._session.instances.values():
            yield from instances

    def moved(self) -> list[tuple[ModuleNode, Moved]]:
        """The ``moved`` blocks, each with the module that it stands in."""
        return [(n, m) for n in self._evaluator.finder.all_modules() for m in n.module.moved]

    def removed(self) -> list[tuple[ModuleNode, Removed]]:
        """The ``removed`` blocks, each with the module that it stands in."""
        return [(n, r) for n in self._evaluator.finder.all_modules() for r in n.module.removed]

    def imports(self) -> list[Import]:
        """The root module's ``import`` blocks."""
        return list(self.root.node.module.imports)

    def model_resources(self) -> list[Resource]:
        """The managed resources as plain data, with the places that state each value."""
        return [model_resource(self._session, r) for r in self.resources]

    def comments(self) -> list[ScopedComment]:
        """All comments of all files, each with the block that it is about."""
        return list(scoped_comments(self._session.root))

    def console_context(self) -> EvalContext:
        """What expressions typed by hand are evaluated with: the root module's scope.

        Whatever an expression refers to is evaluated when it is referred to.
        """
        return self._session.context(_ConsoleScope(self._evaluator, self.root))


class _ConsoleScope:
    """The root module's scope, in which nothing need have been evaluated yet."""

    def __init__(self, evaluator: ModuleEvaluator, root: ModuleInstance) -> None:
        self._evaluator = evaluator
        self._scope = evaluator.session.scope(root)

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        """Evaluate what is referred to, then look it up."""
        self._evaluator.ensure_expression(self._evaluator.session.root, reference)
        return self._scope.resolve(reference)


def evaluate_root(path: Path, options: ModuleOptions | None = None) -> Evaluation:
    """Evaluate the root module in the directory ``path``.

    Raises ``UsageError`` where there is no such directory or an option is malformed,
    and ``HclError`` where there are no Terraform files or required variables have no
    value. Every other problem becomes a diagnostic of the result.
    """
    options = options or ModuleOptions()
    if not path.is_dir():
        kind = "a file; name its directory" if path.exists() else "no directory"
        raise UsageError(f"{path} is {kind}.")
    directory = real(path)
    boundary = options.repository_root or repository_root(path)
    diagnostics = Diagnostics()
    parse, display = options.parse or _parser(), options.display or shown_path
    sources = ModuleSources(
        directory, boundary, options.env.get("TF_DATA_DIR") or ".terraform", display(path)
    )
    confined = _confined(parse, boundary)
    collected: list[RootInputs] = []

    def inputs_of(module: Module) -> RootInputs:
        """The values of the root module's variables, read once."""
        if not collected:
            inputs = RootInputs(module.variables, parse, display, diagnostics)
            inputs.add_environment(options.env)
            inputs.add_automatic_files(directory, boundary)
            inputs.add_options(options.inputs)
            collected.append(inputs)
        return collected[0]

    files, budget = _files(boundary, directory), Budget()
    root = TreeBuilder(
        sources,
        confined,
        display,
        diagnostics,
        str(directory),
        lambda module: {n: g.value for n, g in inputs_of(module).given.items()},
        lambda scope: EvalContext(scope=scope, files=files, budget=budget),
    ).build(directory)
    _refuse_empty(root, path, diagnostics)
    if not diagnostics.has_errors:  # what is declared in a file that cannot be read is not known
        _refuse_undeclared(root, diagnostics)
    session = Session(
        root=root,
        schemas=options.schemas,
        surroundings=Surroundings(
            str(directory),
            selected_workspace(directory, boundary, options.env, options.workspace),
        ),
        diagnostics=diagnostics,
        files=files,
    )
    instance = ModuleInstance(root, "")
    session.instances[()] = [instance]
    inputs = inputs_of(root.module)
    _set_root_variables(session, instance, inputs, options.missing_as_unknown)
    evaluator = ModuleEvaluator(session)
    if options.everything:
        evaluator.ensure_everything()
    else:
        evaluator.ensure_resources(options.resource_types)
    evaluator.validate()
    return Evaluation(evaluator, instance)


def _refuse_empty(root: ModuleNode, path: Path, diagnostics: Diagnostics) -> None:
    from driftcheck.hcl.module.load import configuration_files

    if not diagnostics.has_errors and not any(configuration_files(root.place.directory)):
        raise no_files_error(str(path))


def _refuse_undeclared(root: ModuleNode, diagnostics: Diagnostics) -> None:
    """Report references to nothing, in each module once however often it is called."""
    seen: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        pending.extend(node.children.values())
        if id(node.module) not in seen:
            seen.add(id(node.module))
            for error in undeclared_references(node):
                diagnostics.caught(error)


def _set_root_variables(
    session: Session, root: ModuleInstance, inputs: RootInputs, missing_as_unknown: bool
) -> None:
    missing = []
    for name, variable in root.node.module.variables.items():
        given = inputs.given.get(name)
        if given is not None:
            root.sources[name] = given.source
            set_variable(session, root, variable, given.value)
        elif variable.default is not None:
            root.sources[name] = InputSource(variable.default.location)
            set_variable(session, root, variable, None)
        elif missing_as_unknown:
            root.variables[name] = unset_variable(variable)
        else:
            missing.append(variable)
            root.variables[name] = unset_variable(variable)
    if missing and not session.diagnostics.has_errors:
        names = ", ".join(v.name for v in missing)
        raise HclError(
            f"No value for the required variable{'s' if len(missing) > 1 else ''} {names}.",
            missing[0].location,
            "Set it with --var NAME=VALUE, --var-file FILE, a terraform.tfvars file, or the "
            f"environment variable TF_VAR_{missing[0].name}.",
        )


def shown_path(path: Path) -> str:
    """A path as messages show it: relative to the working directory where that is shorter."""
    import os

    relative = os.path.relpath(path)
    return str(path) if relative.startswith("../..") and path.is_absolute() else relative


def _parser() -> FileParser:
    from driftcheck.hcl.parser import parse_file

    return parse_file


def _confined(parse: FileParser, boundary: Path) -> FileParser:
    """A parser that reads nothing outside of ``boundary``, wherever symbolic links lead."""

    def parse_inside(path: Path, name: str) -> Body:
        if path.is_symlink() and not is_inside(path, boundary):
            raise HclError(
                f"{name} leads out of the repository.",
                None,
                "driftcheck reads nothing outside the repository root.",
            )
        return parse(path, name)

    return parse_inside


def _files(boundary: Path, directory: Path) -> Files:
    from driftcheck.hcl.files import RepositoryFiles

    return RepositoryFiles(boundary, directory)
