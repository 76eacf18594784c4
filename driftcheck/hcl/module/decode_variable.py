"""Decodes ``variable`` blocks."""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.module.content import (
    Content,
    check_name,
    is_json,
    report_duplicate,
    shape,
    static_value,
)
from driftcheck.hcl.module.declarations import CheckRule, Module, Variable
from driftcheck.hcl.module.decode_resource import decode_check_rule
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.references import references
from driftcheck.hcl.module.traversals import unquoted
from driftcheck.hcl.syntax import Block, Expression
from driftcheck.hcl.typeexpr import Defaults, apply_defaults, parse_variable_type
from driftcheck.hcl.types import DYNAMIC, Type, is_primitive

#: What a ``module`` block has of its own. No variable can have one of these names.
MODULE_ARGUMENTS = ("source", "version", "count", "for_each", "depends_on", "providers")
MODULE_BLOCKS = {"_": 0, "lifecycle": 0, "locals": 0, "provider": 1}
_VARIABLE = shape(
    "description",
    "type",
    "default",
    "sensitive",
    "ephemeral",
    "nullable",
    "deprecated",
    "const",
    blocks={"validation": 0},
)


def decode_variable(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    """Add the variable that a block declares to ``module``. Raises ``HclError``."""
    name = block.labels[0]
    check_name("variable", name, block, diagnostics)
    if name in MODULE_ARGUMENTS or name in MODULE_BLOCKS:
        diagnostics.error(
            f'Invalid variable name "{name}".',
            block.location,
            "The name is reserved, because it has a special meaning inside module blocks.",
        )
    content = Content(block.body, _VARIABLE, diagnostics, "a variable block")
    content.text("description")
    content.text("deprecated")
    type_, defaults, as_hcl = type_constraint(content.get("type"))
    variable = Variable(
        name=name,
        location=block.location,
        type=type_,
        type_defaults=defaults,
        default=content.get("default"),
        nullable=content.flag("nullable", default=True),
        sensitive=content.flag("sensitive"),
        ephemeral=content.flag("ephemeral"),
        const=content.flag("const"),
        validations=[decode_check_rule(b, diagnostics) for b in content.blocks("validation")],
        parse_as_hcl=as_hcl,
    )
    _check_default(variable)
    if variable.const and (variable.sensitive or variable.ephemeral):
        kind = "sensitive" if variable.sensitive else "ephemeral"
        diagnostics.error(
            f"Const variable cannot be {kind}.",
            block.location,
            f"The variable cannot be marked as {kind}, since it is used before the plan.",
        )
    for rule in variable.validations:
        _check_subject(variable, rule, diagnostics)
    first = module.variables.get(name)
    if first is not None:
        report_duplicate("variable declaration", name, block, first.location, diagnostics)
    module.variables.setdefault(name, variable)


def type_constraint(expression: Expression | None) -> tuple[Type, Defaults | None, bool]:
    """The type that ``type = ...`` states, its defaults, and whether text for it is HCL.

    Raises ``HclError`` for what is no type.
    """
    if expression is None:
        return DYNAMIC, None, False
    if is_json(expression):
        expression = unquoted(expression)
    type_, defaults = parse_variable_type(expression)
    return type_, defaults, not is_primitive(type_)


def _check_subject(variable: Variable, rule: CheckRule, diagnostics: Diagnostics) -> None:
    """Refuse a validation that is not about its own variable."""
    found = (r.traversal for r in references(rule.condition))
    if not any(r.root == "var" and r.names[:1] == [variable.name] for r in found):
        diagnostics.error(
            "Invalid variable validation condition.",
            rule.condition.location,
            f'The condition for variable "{variable.name}" must refer to var.{variable.name}.',
        )


def _check_default(variable: Variable) -> None:
    if variable.default is None:
        return
    value = static_value(variable.default, DYNAMIC)
    if value.is_null and not variable.nullable:
        raise HclError(
            f'Invalid default value for variable "{variable.name}".',
            variable.default.location,
            "A null default value is not valid when nullable = false.",
        )
    try:
        convert(apply_defaults(value, variable.type_defaults), variable.type)
    except ConvertError as error:
        raise HclError(
            f'Invalid default value for variable "{variable.name}".',
            variable.default.location,
            f"It does not suit the variable's type constraint: {error}.",
        ) from error
