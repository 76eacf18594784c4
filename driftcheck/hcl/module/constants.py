"""What is known before the modules are: ``const`` variables, and locals made of them.

Since Terraform 1.15 the source of a module may refer to these. Everything else is
unknown here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from driftcheck.hcl.context import EvalContext, Scope
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.module.final_value import final_value
from driftcheck.hcl.syntax import Expression, Traversal
from driftcheck.hcl.values import Value, string, unknown

if TYPE_CHECKING:
    from driftcheck.hcl.module.declarations import Variable
    from driftcheck.hcl.module.tree import ModuleNode


class NoConstant(Exception):
    """A constant variable has no value, as long as nobody gives it one."""


class Constants:
    """The names of one module, as far as they are constant.

    ``given`` has the values of the root module's variables; it is not looked at for other
    modules, whose variables are the arguments of their calls. ``outer`` is None for the root.
    ``context`` makes what expressions in a scope are evaluated with.
    """

    def __init__(
        self,
        node: ModuleNode,
        outer: Constants | None,
        given: Mapping[str, Value],
        cwd: str,
        context: Callable[[Scope], EvalContext],
    ) -> None:
        self._node = node
        self._outer = outer
        self._given = given
        self._cwd = cwd
        self._context = context
        self._known: dict[tuple[str, str], Value] = {}

    def value(self, expression: Expression) -> Value:
        """The value of an expression, unknown where it hangs on what is not constant.

        Raises ``HclError`` where it cannot be evaluated, and ``NoConstant`` where a variable
        of the root module has no value.
        """
        return evaluate(expression, self._context(self))

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        """The value of a reference, and how many of its names it took."""
        name = reference.names[0] if reference.names else ""
        module = self._node.module
        match reference.root:
            case "var" if name in module.variables:
                return self._once("var", name), 1
            case "local" if name in module.locals:
                return self._once("local", name), 1
            case "path" if name in ("module", "root", "cwd"):
                place = self._node.place.source_dir
                return string({"module": place, "root": ".", "cwd": self._cwd}[name]), 1
        return unknown(f"{reference.text} is not constant"), 0

    def _once(self, kind: str, name: str) -> Value:
        key = (kind, name)
        if key not in self._known:
            self._known[key] = unknown(f"{kind}.{name} refers to itself")
            module = self._node.module
            if kind == "local":
                self._known[key] = self.value(module.locals[name].expression)
            else:
                self._known[key] = self._variable(module.variables[name])
        return self._known[key]

    def _variable(self, variable: Variable) -> Value:
        if not variable.const:
            return unknown(f"var.{variable.name} is not declared with const = true")
        given: Value | None = None
        if self._outer is None:
            given = self._given.get(variable.name)
        elif self._node.call is not None and variable.name in self._node.call.arguments:
            given = self._outer.value(self._node.call.arguments[variable.name].expression)
        if given is None and variable.default is None:
            raise NoConstant(f"var.{variable.name} has no value")
        return final_value(variable, given)
