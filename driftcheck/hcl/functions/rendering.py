"""``templatefile`` and ``templatestring``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from driftcheck.errors import HclError, HclLimitError
from driftcheck.hcl.context import EvalContext, NoScope
from driftcheck.hcl.convert import ConvertError, convert
from driftcheck.hcl.functions.filesystem import read_text
from driftcheck.hcl.functions.registry import (
    ArgumentFailed,
    Call,
    FunctionError,
    LazyCall,
    Parameter,
    function,
    lazy_function,
)
from driftcheck.hcl.functions.support import quote, unknown_result
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import (
    Expression,
    GetAttr,
    Index,
    Literal,
    Splat,
    Template,
    TemplateWrap,
    Traversal,
)
from driftcheck.hcl.types import STRING, MapType, ObjectType
from driftcheck.hcl.values import Unknown, Value, unmark_deep

_TEMPLATE_FUNCTIONS = ("templatefile", "templatestring")
_FILE_FUNCTIONS = (
    "file",
    "fileexists",
    "fileset",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
)
_NO_RECURSION = {
    name: f"cannot recursively call {name} from inside another template function"
    for name in _TEMPLATE_FUNCTIONS
}
_NO_FILES = {
    name: f"cannot use filesystem access functions like {name} in templatestring templates; "
    "consider passing the function result as a template variable instead"
    for name in _FILE_FUNCTIONS
}


@function(
    "templatefile",
    Parameter("path", STRING, allow_unknown=True, allow_marks=True),
    Parameter("vars", allow_unknown=True, allow_marks=True),
    not_null=False,
)
def templatefile(call: Call) -> Value:
    """``templatefile(path, vars)``; a template of one interpolation keeps its type."""
    path, variables = call.args
    marks = path.marks | variables.all_marks()
    if path.is_unknown or variables.is_unknown:
        return unknown_result(call.args, nullable=True).with_marks(marks)
    source = _source(path.as_str(), read_text(call, path))
    rendered = _render(call.context, source, unmark_deep(variables), _NO_RECURSION)
    return rendered.with_marks(marks)


def _source(name: str, content: str) -> Source:
    """A template, without the byte order mark that some editors put first."""
    return Source(name, content.removeprefix("\ufeff"))


def _render(
    context: EvalContext, source: Source, variables: Value, forbidden: Mapping[str, str]
) -> Value:
    """The result of a template in which only ``variables`` can be referred to."""
    from driftcheck.hcl.evaluate import evaluate
    from driftcheck.hcl.module.references import references
    from driftcheck.hcl.parser import parse_template

    if not isinstance(variables.type, MapType | ObjectType):
        raise FunctionError("invalid vars value: must be a map", 1)
    names = variables.as_dict()
    for name in names:
        if not _is_identifier(name):
            raise FunctionError(
                f"invalid template variable name {quote(name)}: must start with a letter, "
                "followed by zero or more letters, digits, and underscores",
                1,
            )
    template = parse_template(source)
    for reference in references(template):
        traversal = reference.traversal
        if traversal.root not in names:
            raise FunctionError(
                f"vars map does not contain key {quote(traversal.root)}, referenced at "
                f"{traversal.location}",
                1,
            )
    forbidden = {**context.forbidden, **forbidden}
    inner = replace(context, scope=NoScope(), instances=None, forbidden=forbidden)
    result = evaluate(template, inner, names)
    if result.is_null:
        raise HclError(
            "The result of the template is null, which is not a valid result.",
            template.location,
        )
    return result


def _is_identifier(name: str) -> bool:
    return not name.startswith("-") and name.replace("-", "_").isidentifier()


def _is_reference(expression: Expression) -> bool:
    """Whether an expression leads to a value from elsewhere, without computing one."""
    match expression:
        case Traversal():
            return True
        case GetAttr(object=inner) | Index(collection=inner) | Splat(subject=inner):
            return _is_reference(inner)
    return False


def _check_source(expression: Expression) -> None:
    """Refuse a template that is written in the call itself, as Terraform does."""
    what = "invalid template expression: "
    if isinstance(expression, TemplateWrap | Template):
        purpose = "templatestring is only for rendering templates retrieved dynamically from "
        advice = (
            "elsewhere; to treat the inner expression as template syntax, write the reference "
            "expression directly without any template interpolation syntax"
        )
        if isinstance(expression, Template):
            literal = all(isinstance(part, Literal) for part in expression.parts)
            advice = (
                "elsewhere, and so does not support providing a literal template; consider using "
                "a template string expression instead"
                if literal
                else "elsewhere; to render an inline template, consider using a plain template "
                "string expression"
            )
        raise FunctionError(what + purpose + advice, 0)
    if not _is_reference(expression):
        raise FunctionError(
            what + "must be a direct reference to a single string from elsewhere, containing "
            "valid Terraform template syntax",
            0,
        )


@lazy_function("templatestring")
def templatestring(call: LazyCall) -> Value:
    """``templatestring(template, vars)``; the template must be a reference to a string."""
    if len(call.args) != 2:
        raise FunctionError(f"templatestring() takes two arguments, not {len(call.args)}")
    variables = call.evaluate(call.args[1])
    if variables.is_null:
        raise FunctionError("argument must not be null", 1)
    marks = variables.all_marks()
    if isinstance(variables.raw, Unknown):
        return Value(STRING, Unknown(variables.raw.reason, not_null=True), marks)
    _check_source(call.args[0])
    template = call.evaluate(call.args[0])
    if isinstance(template.raw, Unknown):
        return Value(STRING, Unknown(template.raw.reason, not_null=True), marks)
    if not isinstance(template.raw, str):
        raise FunctionError("invalid template value: a string is required", 0)
    source = _source("<templatestring argument>", template.raw)
    forbidden = {**_NO_RECURSION, **_NO_FILES}
    try:
        rendered = _render(call.context, source, unmark_deep(variables), forbidden)
        result = convert(rendered, STRING)
    except ConvertError as problem:
        raise FunctionError(f"invalid template result: {problem}") from None
    except HclLimitError:
        raise
    except HclError as problem:
        raise ArgumentFailed(problem) from None
    return result.with_marks(marks | template.marks)
