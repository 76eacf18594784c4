"""Turns top-level blocks into declarations, refusing what Terraform refuses."""

from __future__ import annotations

from collections.abc import Callable

from driftcheck.errors import HclError
from driftcheck.hcl import syntax
from driftcheck.hcl.module.content import (
    Content,
    check_name,
    is_json,
    report_duplicate,
    shape,
    static_value,
)
from driftcheck.hcl.module.declarations import (
    Check,
    CheckRule,
    Import,
    Local,
    Module,
    ModuleCall,
    Moved,
    Output,
    ProviderDecl,
    ProviderRef,
    Removed,
)
from driftcheck.hcl.module.decode_resource import decode_check_rule, decode_resource, provider_ref
from driftcheck.hcl.module.decode_variable import (
    MODULE_ARGUMENTS,
    MODULE_BLOCKS,
    decode_variable,
    type_constraint,
)
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.references import references
from driftcheck.hcl.module.traversals import address_text, literal_text, reference_list
from driftcheck.hcl.syntax import Block, Expression
from driftcheck.hcl.types import STRING

_OUTPUT = shape(
    "description",
    "sensitive",
    "ephemeral",
    "depends_on",
    "deprecated",
    "type",
    required="value",
    blocks={"precondition": 0, "postcondition": 0},
)
_MODULE = shape(
    *MODULE_ARGUMENTS,
    "ignore_nested_deprecations",
    required="source",
    blocks=MODULE_BLOCKS,
    rest=True,
)
_ACTION = shape("count", "for_each", "provider", "depends_on", blocks={"config": 0})
_PROVIDER = shape("alias", "version", rest=True)
_TERRAFORM = shape(
    "required_version",
    "experiments",
    "language",
    blocks={"backend": 1, "cloud": 0, "required_providers": 0, "provider_meta": 1},
)
_MOVED = shape("from", "to")
_REMOVED = shape(required="from", blocks={"lifecycle": 0, "connection": 0, "provisioner": 1})
_IMPORT = shape("id", "provider", "for_each", "identity", required="to")
_CHECK = shape(blocks={"data": 2, "assert": 0})

#: Top-level block types with the number of their labels.
TOP_LEVEL = {
    "terraform": 0,
    "provider": 1,
    "variable": 1,
    "locals": 0,
    "output": 1,
    "module": 1,
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "action": 2,
    "moved": 0,
    "removed": 0,
    "import": 0,
    "check": 1,
}


def decode_block(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    """Add what one top-level block declares to ``module``."""
    with diagnostics.guard():
        _DECODERS[block.type](block, module, diagnostics)


def _locals(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    for nested in block.body.blocks:
        diagnostics.error(
            "Unsupported block type.",
            nested.location,
            "A locals block holds arguments only; write `name = { ... }` for an object.",
        )
    for name, attribute in block.body.attributes.items():
        check_name("local value", name, block, diagnostics)
        first = module.locals.get(name)
        if first is not None:
            report_duplicate("local value", name, attribute, first.location, diagnostics)
            continue
        module.locals[name] = Local(attribute)


def _output(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    check_name("output", name, block, diagnostics)
    content = Content(block.body, _OUTPUT, diagnostics, "an output block")
    expression = content.get("value")
    if expression is None:
        return
    if name in module.outputs:
        report_duplicate("output", name, block, module.outputs[name].location, diagnostics)
        return
    content.text("deprecated")
    type_, defaults, _ = type_constraint(content.get("type"))
    module.outputs[name] = Output(
        name,
        block.location,
        expression,
        type_,
        defaults,
        content.flag("sensitive"),
        content.flag("ephemeral"),
        [decode_check_rule(b, diagnostics) for b in content.blocks("precondition")],
    )


def _module_call(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    check_name("module", name, block, diagnostics)
    content = Content(block.body, _MODULE, diagnostics, "a module block")
    for reserved in ("lifecycle", "locals", "provider"):
        for nested in content.blocks(reserved):
            diagnostics.error(
                "Reserved block type name in module block.",
                nested.location,
                f'"{reserved}" is reserved by Terraform for a future version.',
            )
    arguments = dict(content.rest.attributes)
    for nested in content.rest.blocks:
        diagnostics.error(
            "Unsupported block type.",
            nested.location,
            f'Blocks of type "{nested.type}" are not expected in a module block.',
        )
    for escape in content.blocks("_"):
        arguments.update(escape.body.attributes)
    count, for_each = content.get("count"), content.get("for_each")
    _refuse_both(content, diagnostics)
    source = content.get("source")
    if name in module.calls:
        report_duplicate("module call", name, block, module.calls[name].location, diagnostics)
        return
    if source is None:
        return
    dynamic = _is_dynamic(source)
    version = content.get("version")
    if version is not None and not _is_dynamic(version):
        static_value(version, STRING)
    module.calls[name] = ModuleCall(
        name=name,
        location=block.location,
        source="" if dynamic else static_value(source, STRING).as_str(),
        source_location=source.location,
        source_expression=source if dynamic else None,
        count=count,
        for_each=for_each,
        providers=_passed_providers(content.get("providers")),
        depends_on=reference_list(content.get("depends_on")),
        arguments=arguments,
        span=block,
    )


def _is_dynamic(expression: Expression) -> bool:
    """Whether an expression must be evaluated; strings of JSON files only where they refer."""
    if is_json(expression):
        return bool(references(expression))
    return literal_text(expression) is None


def _refuse_both(content: Content, diagnostics: Diagnostics) -> None:
    for_each = content.attribute("for_each")
    if for_each is not None and content.get("count") is not None:
        diagnostics.error(
            'Invalid combination of "count" and "for_each".',
            for_each.location,
            "They exclude each other; use one of them.",
        )


def _passed_providers(expression: Expression | None) -> dict[ProviderRef, ProviderRef] | None:
    if expression is None:
        return None
    if not isinstance(expression, syntax.ObjectCons):
        raise HclError(
            "Invalid providers argument.",
            expression.location,
            "A map from the module's provider names to this module's is needed.",
        )
    passed: dict[ProviderRef, ProviderRef] = {}
    for item in expression.items:
        key = provider_ref(item.key)
        if key in passed:
            raise HclError(f"Duplicate provider address {key}.", item.location, "Pass it once.")
        passed[key] = provider_ref(item.value)
    return passed


def _resource(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    declared = decode_resource(block, diagnostics)
    first = module.resources.get(declared.address)
    if first is not None:
        kind = "resource" if block.type == "resource" else f"{block.type} resource"
        kind = f"{kind} configuration"
        report_duplicate(kind, declared.address, block, first.location, diagnostics)
        return
    module.resources[declared.address] = declared


def _action(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    """An action changes nothing that is declared; only its form is looked at."""
    del module
    for kind, label in zip(("action type", "action"), block.labels, strict=True):
        check_name(kind, label, block, diagnostics)
    content = Content(block.body, _ACTION, diagnostics, "an action block")
    _refuse_both(content, diagnostics)
    content.single("config")


def _provider(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    check_name("provider", name, block, diagnostics)
    content = Content(block.body, _PROVIDER, diagnostics, "a provider block")
    alias = content.text("alias") or ""
    ref = ProviderRef(name, alias)
    if ref in module.providers:
        report_duplicate(
            "provider configuration", str(ref), block, module.providers[ref].location, diagnostics
        )
        return
    module.providers[ref] = ProviderDecl(ref, block.location, content.rest)


def _terraform(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    content = Content(block.body, _TERRAFORM, diagnostics, "a terraform block")
    for required in content.blocks("required_providers"):
        for name, attribute in required.body.attributes.items():
            expression = attribute.expression
            items = expression.items if isinstance(expression, syntax.ObjectCons) else []
            module.required_providers[name] = f"hashicorp/{name}"
            for item in items:
                key = item.key.value if isinstance(item.key, syntax.Literal) else None
                key = key if key is not None else static_value(item.key, STRING).as_str()
                if key == "source":
                    module.required_providers[name] = static_value(item.value, STRING).as_str()
                elif key == "configuration_aliases":
                    module.configuration_aliases.update(
                        provider_ref(e) for e in reference_list(item.value)
                    )


def _moved(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    content = Content(block.body, _MOVED, diagnostics, "a moved block")
    source, target = content.get("from"), content.get("to")
    if source is None or target is None:
        diagnostics.error(
            "Missing required argument.", block.location, "A moved block needs both from and to."
        )
        return
    module.moved.append(Moved(address_text(source), address_text(target), block.location))


def _removed(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    content = Content(block.body, _REMOVED, diagnostics, "a removed block")
    source = content.get("from")
    lifecycle = content.single("lifecycle")
    destroy = True
    if lifecycle is not None:
        inner = Content(lifecycle.body, shape("destroy"), diagnostics, "this lifecycle block")
        destroy = inner.flag("destroy", default=True)
    if source is not None:
        module.removed.append(Removed(address_text(source), destroy, block.location))


def _import(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    content = Content(block.body, _IMPORT, diagnostics, "an import block")
    target = content.get("to")
    if target is not None:
        module.imports.append(
            Import(target, content.get("id"), content.get("for_each"), block.location)
        )


def _check(block: Block, module: Module, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    check_name("check", name, block, diagnostics)
    content = Content(block.body, _CHECK, diagnostics, "a check block")
    if name in module.checks:
        report_duplicate("check block", name, block, module.checks[name].location, diagnostics)
        return
    for data in content.blocks("data"):
        _resource(data, module, diagnostics)
    rules: list[CheckRule] = []
    if not content.blocks("assert"):
        diagnostics.error(
            "Zero assert blocks.", block.location, "A check block needs at least one assert block."
        )
    for rule in content.blocks("assert"):
        with diagnostics.guard():
            rules.append(decode_check_rule(rule, diagnostics))
    module.checks[name] = Check(name, block.location, rules)


_DECODERS: dict[str, Callable[[Block, Module, Diagnostics], None]] = {
    "variable": decode_variable,
    "locals": _locals,
    "output": _output,
    "module": _module_call,
    "resource": _resource,
    "data": _resource,
    "ephemeral": _resource,
    "action": _action,
    "provider": _provider,
    "terraform": _terraform,
    "moved": _moved,
    "removed": _removed,
    "import": _import,
    "check": _check,
}
