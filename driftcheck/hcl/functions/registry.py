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

``try`` and its like must see their arguments before they are evaluated; they are
declared with ``lazy_function`` instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from driftcheck.errors import HclError
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.functions import FAMILY_OF
from driftcheck.hcl.numbers import NumberError
from driftcheck.hcl.syntax import Expression, Node
from driftcheck.hcl.types import DYNAMIC, ListType, Primitive, Type
from driftcheck.hcl.values import NO_MARKS, Unknown, Value, unmark_deep
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
    ``allow_null``, ``allow_unknown``, ``allow_dynamic`` and ``allow_marks`` say which
    arguments the implementation wants to see for itself:

    * a null argument is refused without ``allow_null``;
    * an unknown argument makes the result unknown without ``allow_unknown`` (an
      argument that merely *contains* something unknown always gets through, and the
      implementation must cope);
    * an argument of type ``DYNAMIC`` (a bare null, or an unknown of unknown type) makes
      the result an unknown of type ``DYNAMIC`` without ``allow_dynamic``: it is why
      ``format("%s", null)`` is unknown in Terraform;
    * marks are taken off at every depth, and put on the result, without ``allow_marks``.
    """

    name: str
    type: Type = DYNAMIC
    allow_null: bool = False
    allow_unknown: bool = False
    allow_dynamic: bool = False
    allow_marks: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its converted arguments and what it may use."""

    name: str
    args: list[Value]
    context: EvalContext
    node: Node | None = None

    @property
    def location(self) -> Location | None:
        """Where the call is written, if it is."""
        return None if self.node is None else self.node.location


class ArgumentFailed(Exception):
    """Evaluating an argument of a lazy function gave this error, which may be caught."""

    def __init__(self, error: HclError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class LazyCall:
    """One call whose arguments are expressions still.

    ``evaluate`` gives an argument's value in the scope of the call. It raises
    ``ArgumentFailed`` for an error that ``try`` may catch. An ``HclError`` that comes
    out of it (an undeclared reference, a bound that was hit) must be let through.
    """

    name: str
    args: list[Expression]
    evaluate: Callable[[Expression], Value]
    context: EvalContext
    location: Location | None


Implementation = Callable[[Call], Value]
LazyImplementation = Callable[[LazyCall], Value]
TypeRule = Callable[[list[Value]], Type]


@dataclass(frozen=True, slots=True)
class Function:
    """A declared function.

    ``returns`` is its result type, or a rule that gives the result type for
    unknown arguments (``DYNAMIC`` where that cannot be told; ``FunctionError``
    where their types alone make the call wrong). ``not_null`` says that no result
    is ever null, which makes ``f(unknown) != null`` true.
    """

    name: str
    parameters: tuple[Parameter, ...]
    variadic: Parameter | None
    returns: Type | TypeRule
    implementation: Implementation
    not_null: bool = False

    def parameter(self, index: int) -> Parameter | None:
        """The parameter that takes the argument at ``index``."""
        if index < len(self.parameters):
            return self.parameters[index]
        return self.variadic


#: What has been declared so far; see ``find`` and ``load_all``.
FUNCTIONS: dict[str, Function] = {}
LAZY_FUNCTIONS: dict[str, LazyImplementation] = {}


def function(
    name: str,
    *parameters: Parameter,
    variadic: Parameter | None = None,
    returns: Type | TypeRule = DYNAMIC,
    not_null: bool = True,
) -> Callable[[Implementation], Implementation]:
    """Declare the decorated implementation as the Terraform function ``name``.

    Most functions never give null, so that ``not_null`` has to be switched off for the
    others.
    """

    def register(implementation: Implementation) -> Implementation:
        FUNCTIONS[name] = Function(name, parameters, variadic, returns, implementation, not_null)
        return implementation

    return register


def lazy_function(name: str) -> Callable[[LazyImplementation], LazyImplementation]:
    """Declare a function that evaluates its arguments itself, such as ``try``."""

    def register(implementation: LazyImplementation) -> LazyImplementation:
        LAZY_FUNCTIONS[name] = implementation
        return implementation

    return register


def find(name: str) -> Function | LazyImplementation | None:
    """The function of that name (without ``core::``), None where Terraform has none."""
    family = FAMILY_OF.get(name)
    if family is None:
        return None
    if name not in FUNCTIONS and name not in LAZY_FUNCTIONS:
        import_module(f"driftcheck.hcl.functions.{family}")
    return FUNCTIONS.get(name) or LAZY_FUNCTIONS[name]


def load_all() -> None:
    """Make sure that ``FUNCTIONS`` and ``LAZY_FUNCTIONS`` are complete."""
    for name in FAMILY_OF:
        find(name)


def local_name(name: str) -> str:
    """The name of a function without the namespace ``core::``."""
    return name.removeprefix("core::")


def unknown_function(name: str, location: Location | None) -> HclError:
    """The error for a call to a function that Terraform does not have."""
    return HclError(f'There is no function named "{name}".', location, _hint(local_name(name)))


@cache
def _hint(name: str) -> str:
    """A function that may have been meant; remembered, because the search is slow."""
    close = difflib.get_close_matches(name, list(FAMILY_OF), n=1)
    return f'Did you mean "{close[0]}"?' if close else "See the list of Terraform's functions."


def invoke(
    name: str,
    args: Sequence[Value],
    context: EvalContext,
    node: Node | None = None,
    argument_nodes: Sequence[Node] = (),
) -> Value:
    """The result of calling the function ``name`` with evaluated arguments.

    Raises ``HclError`` for an unknown function and for a call that Terraform refuses,
    at the place of the argument at fault where ``argument_nodes`` has it, else of the
    call ``node``.
    """
    declared = find(local_name(name))
    if not isinstance(declared, Function):
        raise unknown_function(name, None if node is None else node.location)
    try:
        return _call(declared, list(args), context, node)
    except FunctionError as error:
        index = error.argument
        parameter = None if index is None else declared.parameter(index)
        at = node
        if index is not None and argument_nodes:
            at = argument_nodes[min(index, len(argument_nodes) - 1)]
        where = None if at is None else at.location
        subject = f'"{parameter.name}" of ' if parameter is not None else ""
        raise HclError(f"Invalid call: {subject}{name}(): {error}.", where) from None


def _call(declared: Function, args: list[Value], context: EvalContext, node: Node | None) -> Value:
    _check_count(declared, len(args))
    held_back: Unknown | None = None
    dynamic: Unknown | None = None
    marks = NO_MARKS
    for index, argument in enumerate(args):
        parameter = declared.parameter(index)
        assert parameter is not None
        try:
            value = convert(argument, parameter.type)
        except ConvertError as error:
            raise FunctionError(str(error), index) from None
        if value.type is not argument.type:
            _check_conversion(value, parameter, index)
        if not parameter.allow_marks:
            inside = value.all_marks()
            if inside:
                marks |= inside
                value = unmark_deep(value)
        args[index] = value
        if dynamic is not None:
            continue
        if value.is_null and not parameter.allow_null:
            raise FunctionError("argument must not be null", index)
        if value.type == DYNAMIC and not parameter.allow_dynamic:
            dynamic = _why_unknown(value, declared.name)
        elif isinstance(value.raw, Unknown) and not parameter.allow_unknown:
            held_back = held_back or value.raw
    if dynamic is not None:
        return Value(DYNAMIC, Unknown(dynamic.reason), marks)
    if held_back is not None:
        returns = declared.returns
        type_ = returns if isinstance(returns, Type) else returns(args)
        return Value(type_, Unknown(held_back.reason, not_null=declared.not_null), marks)
    try:
        result = declared.implementation(Call(declared.name, args, context, node))
    except NumberError as error:
        raise FunctionError(str(error)) from None
    return result.with_marks(marks)


def _check_conversion(value: Value, parameter: Parameter, index: int) -> None:
    """Refuse a set whose unknown elements kept it from becoming the list that is wanted.

    Nobody knows how many elements it has, so Terraform makes it an unknown list of the
    elements' old type, which it then finds to be the wrong one.
    """
    wanted = parameter.type
    if (
        isinstance(wanted, ListType)
        and isinstance(value.type, ListType)
        and isinstance(value.raw, Unknown)
        and isinstance(wanted.element, Primitive)
        and wanted.element not in (DYNAMIC, value.type.element)
    ):
        raise FunctionError(f"{wanted} required, but received {value.type}", index)


def _check_count(declared: Function, given: int) -> None:
    wanted = len(declared.parameters)
    if given < wanted:
        least = "at least " if declared.variadic is not None else ""
        missing = declared.parameters[given].name
        raise FunctionError(f'{least}{wanted} arguments are needed: "{missing}" is missing')
    if given > wanted and declared.variadic is None:
        raise FunctionError(f"only {wanted} arguments are allowed, not {given}")


def _why_unknown(value: Value, name: str) -> Unknown:
    if isinstance(value.raw, Unknown):
        return value.raw
    return Unknown(f"Terraform does not say what {name}() makes of a null that has no type")
