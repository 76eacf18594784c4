"""What all parts of one evaluation share: schemas, bounds, diagnostics."""

from __future__ import annotations

from dataclasses import dataclass, field

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.context import Budget, EvalContext, Files, Scope
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.instances import ModuleInstance
from driftcheck.hcl.module.keys import NO_REPETITION, Repetition
from driftcheck.hcl.module.schema import ResourceSchemas
from driftcheck.hcl.module.scope import ModuleScope, Surroundings
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.syntax import Expression
from driftcheck.hcl.types import DYNAMIC, Type
from driftcheck.hcl.values import Value, unknown
from driftcheck.model.location import Location

#: Instances of resources and modules in one evaluation.
MAX_INSTANCES = 20_000

#: Names of attributes that are held against all known ones; a search takes about a millisecond.
MAX_SLIPS = 1_000


@dataclass(slots=True, eq=False)
class Session:
    """One evaluation of a root module."""

    root: ModuleNode
    schemas: ResourceSchemas
    surroundings: Surroundings
    diagnostics: Diagnostics
    files: Files | None
    budget: Budget = field(default_factory=Budget)
    #: The instances of every module node, by the node's path.
    instances: dict[tuple[str, ...], list[ModuleInstance]] = field(default_factory=dict)
    instance_count: int = 0
    #: How many more names may be searched for one that they are a misspelling of.
    slips_left: int = MAX_SLIPS

    def scope(
        self, instance: ModuleInstance, repetition: Repetition = NO_REPETITION
    ) -> ModuleScope:
        """The scope of a block in a module instance."""
        return ModuleScope(instance, self.surroundings, repetition)

    def context(self, scope: Scope) -> EvalContext:
        """What an expression in a scope is evaluated with."""
        instances = scope if isinstance(scope, ModuleScope) else None
        return EvalContext(scope=scope, files=self.files, budget=self.budget, instances=instances)

    def evaluate(self, expression: Expression, scope: Scope, type_: Type = DYNAMIC) -> Value:
        """The value of an expression, converted to a type.

        Raises ``HclError``.
        """
        value = evaluate(expression, self.context(scope))
        if type_ == DYNAMIC:
            return value
        try:
            return convert(value, type_)
        except ConvertError as error:
            raise HclError("Unsuitable value type.", expression.location, f"{error}.") from error

    def value(
        self, expression: Expression, scope: Scope, what: str, type_: Type = DYNAMIC
    ) -> Value:
        """The value of an expression; where it fails, an unknown that says so.

        The failure is recorded; ``what`` names the thing whose value it is.
        """
        try:
            return self.evaluate(expression, scope, type_)
        except HclError as error:
            self.diagnostics.caught(error)
            return unknown(f"{what} could not be evaluated: {error.summary}", type_)

    def count_instances(self, number: int, location: Location) -> None:
        """Account for new instances; raises ``HclLimitError`` past the bound."""
        if self.instance_count + number > MAX_INSTANCES:
            # What would have come later is refused at once.
            self.instance_count = MAX_INSTANCES + 1
            raise HclLimitError(
                f"The configuration makes more than {MAX_INSTANCES} instances of resources "
                "and modules.",
                location,
                "driftcheck stops at a fixed bound so that code under review cannot exhaust "
                "the machine.",
            )
        self.instance_count += number
