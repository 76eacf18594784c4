"""How a Terraform function is declared, and how a call is carried out.

A function is declared by decorating its implementation::

    @function("upper", Parameter("str", STRING), returns=STRING)
    def upper(call: Call) -> Value:
        return string(call.args[0].as_str().upper())

``invoke`` does what go-cty's ``function.Call`` does for every function: checks
the number of arguments, converts each to its parameter's type, refuses null
where it is not allowed, gives an unknown result for an unknown argument, and
carries marks from the arguments to the result. An implementation therefore only
ever sees arguments that its parameters allow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.syntax import Expression, FunctionCall
from driftcheck.hcl.types import DYNAMIC, Type
from driftcheck.hcl.values import Value
from driftcheck.model.location import Location


class FunctionError(Exception):
    """A call that Terraform refuses; the evaluator adds the place.

    ``argument`` is the index of the argument at fault, or None for the whole call.
    """

    def __init__(self, message: str, argument: int | None = None) -> None:
        super().__init__(message)
        self.argument = argument


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    ``type`` is what the argument is converted to (``DYNAMIC`` leaves it alone).
    ``allow_null``, ``allow_unknown`` and ``allow_marks`` say which arguments the
    implementation wants to see for itself; see the module's description for what
    happens otherwise. ``allow_unknown`` also lets values through that merely
    contain something unknown; without it only wholly unknown arguments are held
    back and the implementation must cope with unknown *elements*.
    ``allow_dynamic`` matters for unknown arguments whose very type is not known:
    without it the type of the result is not known either (``DYNAMIC``).
    """

    name: str
    type: Type = DYNAMIC
    allow_null: bool = False
    allow_unknown: bool = False
    allow_marks: bool = False
    allow_dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its converted arguments and what it may use."""

    name: str
    args: list[Value]
    context: EvalContext
    location: Location | None


Implementation = Callable[[Call], Value]
TypeRule = Callable[[list[Value]], Type]


@dataclass(frozen=True, slots=True)
class Function:
    """A declared function.

    ``returns`` is its result type, or a rule that gives the result type for
    unknown arguments (``DYNAMIC`` where that cannot be told); the rule is asked
    only when the implementation is not, and may raise ``FunctionError`` as well.
    ``nullable`` says that the result may be null; of all other functions an
    unknown result is known not to be null.
    """

    name: str
    parameters: tuple[Parameter, ...]
    variadic: Parameter | None
    returns: Type | TypeRule
    implementation: Implementation
    nullable: bool = False


FUNCTIONS: dict[str, Function] = {}

#: Evaluates an argument of a special form in the scope of the call.
Evaluate = Callable[[Expression, EvalContext], Value]
SpecialForm = Callable[[FunctionCall, EvalContext, Evaluate], Value]

#: Functions that get their arguments unevaluated: ``try``, ``can``, ``templatestring``.
SPECIAL_FORMS: dict[str, SpecialForm] = {}


def function(
    name: str,
    *parameters: Parameter,
    variadic: Parameter | None = None,
    returns: Type | TypeRule = DYNAMIC,
    nullable: bool = False,
) -> Callable[[Implementation], Implementation]:
    """Declare the decorated implementation as the Terraform function ``name``."""

    def register(implementation: Implementation) -> Implementation:
        FUNCTIONS[name] = Function(name, parameters, variadic, returns, implementation, nullable)
        return implementation

    return register


def special_form(name: str) -> Callable[[SpecialForm], SpecialForm]:
    """Declare the decorated implementation as the special form ``name``."""

    def register(implementation: SpecialForm) -> SpecialForm:
        SPECIAL_FORMS[name] = implementation
        return implementation

    return register
