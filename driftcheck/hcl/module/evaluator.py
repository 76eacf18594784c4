"""Evaluates the declarations of a tree of modules, each when it is needed."""

from __future__ import annotations

from collections.abc import Callable

from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.module.declarations import Output
from driftcheck.hcl.module.dependencies import DependencyFinder
from driftcheck.hcl.module.expansion import expand
from driftcheck.hcl.module.graph import Graph, Node
from driftcheck.hcl.module.instances import ModuleInstance
from driftcheck.hcl.module.keys import InstanceSet, with_key
from driftcheck.hcl.module.providers import evaluate_provider
from driftcheck.hcl.module.resources import evaluate_resource
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.module.variables import check_rule, evaluate_variable, validate_variable
from driftcheck.hcl.syntax import Expression
from driftcheck.hcl.typeexpr import apply_defaults
from driftcheck.hcl.types import DYNAMIC
from driftcheck.hcl.values import EPHEMERAL, SENSITIVE, SENSITIVE_MARKS, Value, unknown


class ModuleEvaluator:
    """Evaluates nodes of the graph for all instances of their modules."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.finder = DependencyFinder(session.root)
        self._graph = Graph(self.finder.of, self._evaluate, session.diagnostics.caught)
        self._kinds: dict[str, Callable[[ModuleNode, str], None]] = {
            "module": self._module,
            "variable": lambda node, name: evaluate_variable(session, node, name),
            "local": self._local,
            "output": self._output,
            "resource": lambda node, name: evaluate_resource(session, node, name),
            "provider": lambda node, name: evaluate_provider(session, node, name),
        }

    def ensure(self, node: Node) -> None:
        """Evaluate a node after everything that it depends on, unless that was done."""
        self._graph.ensure(node)

    def ensure_expression(self, module: ModuleNode, expression: Expression) -> None:
        """Evaluate what an expression in a module refers to."""
        for dependency in self.finder.of_expression(module, expression):
            self.ensure(dependency.node)

    def ensure_resources(self, wanted: Callable[[str], bool]) -> None:
        """Evaluate the managed resources whose type is wanted, in all modules."""
        for node in self.finder.all_modules():
            for address, decl in node.module.resources.items():
                if decl.mode == "resource" and wanted(decl.type):
                    self.ensure(Node(node.path, "resource", address))

    def ensure_everything(self) -> None:
        """Evaluate all there is."""
        for node in self.finder.all_modules():
            path, module = node.path, node.module
            for kind, names in (
                ("module", [""]),
                ("variable", module.variables),
                ("local", module.locals),
                ("provider", [str(ref) for ref in module.providers]),
                ("resource", module.resources),
                ("output", module.outputs),
            ):
                for name in names:
                    self.ensure(Node(path, kind, name))

    def validate(self) -> None:
        """Apply the validation rules of every variable that has been evaluated."""
        for node in self.finder.all_modules():
            instances = self.session.instances.get(node.path, [])
            for name, variable in node.module.variables.items():
                evaluated = [i for i in instances if name in i.variables]
                if not evaluated:
                    continue
                for rule in variable.validations:
                    self.ensure_expression(node, rule.condition)
                    self.ensure_expression(node, rule.error_message)
                    for instance in evaluated:
                        validate_variable(self.session, instance, variable, rule)

    def _evaluate(self, node: Node) -> None:
        self._kinds[node.kind](self.finder.module(node.module), node.name)

    def _module(self, node: ModuleNode, name: str) -> None:
        """Make the instances of a module, in every instance of its caller."""
        call, parent = node.call, node.parent
        if call is None or parent is None:
            return
        made: list[ModuleInstance] = []
        self.session.instances[node.path] = made
        for caller in self.session.instances.get(parent.path, ()):
            address = caller.child_address(call.name)
            with self.session.diagnostics.guard():
                keys = expand(
                    self.session,
                    self.session.scope(caller),
                    call.count,
                    call.for_each,
                    address,
                    call.location,
                )
                instances: InstanceSet[ModuleInstance] = InstanceSet(keys.kind, {}, keys.unknown)
                for key, repetition in keys.items.items():
                    instances.items[key] = ModuleInstance(
                        node,
                        with_key(address, key, placeholder=keys.unknown is not None),
                        caller,
                        key,
                        repetition,
                        keys.unknown or caller.existence,
                    )
                caller.calls[call.name] = instances
                made.extend(instances.items.values())

    def _local(self, node: ModuleNode, name: str) -> None:
        expression = node.module.locals[name].expression
        for instance in self.session.instances.get(node.path, ()):
            scope = self.session.scope(instance)
            instance.locals[name] = self.session.value(expression, scope, f"local.{name}")

    def _output(self, node: ModuleNode, name: str) -> None:
        output = node.module.outputs[name]
        for instance in self.session.instances.get(node.path, ()):
            scope = self.session.scope(instance)
            what = f"output.{name}" if instance.parent is None else f"{instance.address}.{name}"
            for rule in output.preconditions:
                summary = f"{what}: a condition does not hold."
                check_rule(self.session, rule, scope, summary, rule.location)
            value = self._typed(output, self.session.value(output.expression, scope, what))
            if instance.parent is None and not output.sensitive and SENSITIVE in value.all_marks():
                self.session.diagnostics.error(
                    "Output refers to sensitive values.",
                    output.location,
                    "Set sensitive = true if the root module is to give them away.",
                )
            if not output.ephemeral and EPHEMERAL in value.all_marks():
                self.session.diagnostics.error(
                    "Ephemeral value not allowed.",
                    output.location,
                    "Only an output with ephemeral = true can give such a value away.",
                )
            instance.outputs[name] = self._exported(value, output.sensitive, output.ephemeral)

    def _typed(self, output: Output, value: Value) -> Value:
        """The value in the type that the output states (Terraform 1.15)."""
        if output.type is DYNAMIC:
            return value
        try:
            return convert(apply_defaults(value, output.type_defaults), output.type)
        except ConvertError as error:
            self.session.diagnostics.error(
                "Invalid output value.",
                output.expression.location,
                f"The value does not suit the type that the output states: {error}.",
            )
            return unknown(f"output.{output.name} has no usable value: {error}")

    @staticmethod
    def _exported(value: Value, sensitive: bool, ephemeral: bool) -> Value:
        if sensitive:
            value = value.with_marks(SENSITIVE_MARKS)
        if ephemeral:
            value = value.with_marks(frozenset({EPHEMERAL}))
        return value
