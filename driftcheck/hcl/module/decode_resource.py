"""Decodes ``resource``, ``data`` and ``ephemeral`` blocks and their meta-arguments."""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl import syntax
from driftcheck.hcl.module.content import Content, check_name, shape
from driftcheck.hcl.module.declarations import CheckRule, Lifecycle, ProviderRef, ResourceDecl
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.references import references
from driftcheck.hcl.module.traversals import reference_list, relative_path, unquoted
from driftcheck.hcl.syntax import Block, Body, Expression, Traversal

_RULE = shape("error_message", required="condition")
_META = ("count", "for_each", "provider", "depends_on")
_RESOURCE = shape(
    *_META,
    blocks={"lifecycle": 0, "connection": 0, "provisioner": 1, "_": 0, "locals": 0},
    rest=True,
)
_DATA = shape(*_META, blocks={"lifecycle": 0, "_": 0, "locals": 0}, rest=True)
_LIFECYCLE = shape(
    "create_before_destroy",
    "prevent_destroy",
    "replace_triggered_by",
    "ignore_changes",
    "destroy",
    blocks={"precondition": 0, "postcondition": 0, "action_trigger": 0},
)
_ACTION_TRIGGER = shape("events", "condition", "on_failure", required="actions")
_DATA_LIFECYCLE = shape(blocks={"precondition": 0, "postcondition": 0})


def decode_resource(block: Block, diagnostics: Diagnostics) -> ResourceDecl:
    """The declaration that a ``resource``, ``data`` or ``ephemeral`` block makes."""
    mode, (type_, name) = block.type, block.labels
    check_name("resource type", type_, block, diagnostics)
    check_name("resource", name, block, diagnostics)
    allowed = _RESOURCE if mode == "resource" else _DATA
    content = Content(block.body, allowed, diagnostics, f"a {mode} block")
    for nested in content.blocks("locals"):
        diagnostics.error(
            "Reserved block type name in resource block.",
            nested.location,
            '"locals" is reserved by Terraform for a future version.',
        )
    for_each = content.attribute("for_each")
    if for_each is not None and content.get("count") is not None:
        diagnostics.error(
            'Invalid combination of "count" and "for_each".',
            for_each.location,
            "They exclude each other; use one of them.",
        )
    provider = content.get("provider")
    lifecycle = content.single("lifecycle")
    return ResourceDecl(
        mode=mode,
        type=type_,
        name=name,
        location=block.location,
        count=content.get("count"),
        for_each=content.get("for_each"),
        provider=None if provider is None else provider_ref(provider),
        depends_on=reference_list(content.get("depends_on")),
        lifecycle=Lifecycle() if lifecycle is None else _lifecycle(lifecycle, mode, diagnostics),
        body=_with_escapes(content, diagnostics),
        span=block,
    )


def _with_escapes(content: Content, diagnostics: Diagnostics) -> Body:
    """The rest of the body, together with what an escaping block (``_ {}``) holds."""
    escape = content.single("_")
    if escape is None:
        return content.rest
    rest = content.rest
    return Body(
        rest.source,
        rest.start,
        rest.end,
        {**rest.attributes, **escape.body.attributes},
        [*rest.blocks, *escape.body.blocks],
    )


def _lifecycle(block: Block, mode: str, diagnostics: Diagnostics) -> Lifecycle:
    allowed = _LIFECYCLE if mode == "resource" else _DATA_LIFECYCLE
    content = Content(block.body, allowed, diagnostics, "a lifecycle block")
    lifecycle = Lifecycle(
        preconditions=[decode_check_rule(b, diagnostics) for b in content.blocks("precondition")],
        postconditions=[decode_check_rule(b, diagnostics) for b in content.blocks("postcondition")],
    )
    if mode != "resource":
        return lifecycle
    lifecycle.create_before_destroy = content.flag("create_before_destroy")
    lifecycle.prevent_destroy = content.flag("prevent_destroy")
    content.flag("destroy", default=True)
    for trigger in content.blocks("action_trigger"):
        # What an action does is no configuration of a table; only the form is looked at.
        Content(trigger.body, _ACTION_TRIGGER, diagnostics, "an action_trigger block")
    ignored = content.get("ignore_changes")
    if ignored is not None:
        _ignore_changes(ignored, lifecycle)
    return lifecycle


def _ignore_changes(expression: Expression, lifecycle: Lifecycle) -> None:
    plain = unquoted(expression)
    if isinstance(plain, Traversal) and plain.root == "all" and not plain.names:
        lifecycle.ignore_all = True
        return
    stars = expression.items if isinstance(expression, syntax.TupleCons) else []
    if any(item.text == '"*"' for item in stars):
        raise HclError(
            "Invalid ignore_changes wildcard.",
            expression.location,
            'The ["*"] form is not valid any more; write `ignore_changes = all`.',
        )
    lifecycle.ignore_changes += [relative_path(item) for item in reference_list(expression)]


def decode_check_rule(block: Block, diagnostics: Diagnostics) -> CheckRule:
    """A block with ``condition`` and ``error_message``.

    Raises ``HclError`` where one of the two is missing.
    """
    content = Content(block.body, _RULE, diagnostics, f"a {block.type} block")
    condition, message = content.get("condition"), content.get("error_message")
    if condition is None or message is None:
        missing = "condition" if condition is None else "error_message"
        raise HclError(
            "Missing required argument.",
            block.location,
            f'The argument "{missing}" is required in a {block.type} block.',
        )
    if not references(condition):
        diagnostics.error(
            f"Invalid {block.type} condition.",
            condition.location,
            "It must refer to something declared, or it would not check anything.",
        )
    return CheckRule(condition, message, block.location)


def provider_ref(expression: Expression) -> ProviderRef:
    """A provider reference: ``aws`` or ``aws.east`` (in quotes, in JSON and old code).

    Raises ``HclError`` for anything else.
    """
    plain = unquoted(expression)
    if isinstance(plain, syntax.Literal) and isinstance(plain.value, str):
        return ProviderRef(plain.value, "")
    if isinstance(plain, Traversal) and len(plain.names) <= 1:
        return ProviderRef(plain.root, plain.names[0] if plain.names else "")
    raise HclError(
        "Invalid provider configuration reference.",
        expression.location,
        "A provider's name is needed, optionally with its alias: `aws` or `aws.east`.",
    )
