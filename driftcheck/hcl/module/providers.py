"""Which provider configuration a resource uses, through ``providers`` of module calls."""

from __future__ import annotations

from driftcheck.errors import HclError
from driftcheck.hcl.module.bodies import BodyEvaluator
from driftcheck.hcl.module.declarations import ProviderRef
from driftcheck.hcl.module.instances import ModuleInstance
from driftcheck.hcl.module.schema import UNKNOWN_SCHEMA, ProviderUse
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.module.tree import ModuleNode
from driftcheck.hcl.values import object_value


def provider_home(module: ModuleNode, ref: ProviderRef) -> tuple[ModuleNode, ProviderRef] | None:
    """The module whose ``provider`` block a reference means, and the block's own name.

    A module without such a block inherits its caller's: what ``providers`` of the
    call passes, or without ``providers`` the configuration of the same name that
    has no alias. None where no module declares one.
    """
    node: ModuleNode | None = module
    while node is not None:
        if ref in node.module.providers:
            return node, ref
        if node.call is None:
            return None
        passed = node.call.providers
        if passed is not None and ref in passed:
            ref = passed[ref]
        elif ref.alias:
            return None
        node = node.parent
    return None


def evaluate_provider(session: Session, node: ModuleNode, name: str) -> None:
    """Evaluate a provider block for every instance of its module."""
    ref, declared = next((ref, d) for ref, d in node.module.providers.items() if str(ref) == name)
    schema = session.schemas.provider(ref.name) or UNKNOWN_SCHEMA
    for instance in session.instances.get(node.path, ()):
        evaluator = BodyEvaluator(session, f"provider.{ref}")
        values, _origin = evaluator.evaluate(declared.body, schema, session.scope(instance))
        instance.providers[ref] = ProviderUse(
            ref.name, ref.alias, instance.address, values, declared.location
        )


def provider_use(instance: ModuleInstance, ref: ProviderRef) -> ProviderUse:
    """The evaluated provider configuration that ``ref`` means in a module instance.

    Without any ``provider`` block the provider's own defaults apply: an empty
    configuration. Raises ``HclError`` for an alias that nobody declares.
    """
    home = provider_home(instance.node, ref)
    if home is None:
        if ref.alias:
            raise HclError(
                f"The provider configuration {ref} is not declared.",
                None,
                f'Declare `provider "{ref.name}" {{ alias = "{ref.alias}" }}`, or pass it in '
                "the module call's `providers`.",
            )
        return ProviderUse(ref.name, "", "", object_value({}))
    owner, own_ref = home
    module: ModuleInstance | None = instance
    while module is not None and module.node is not owner:
        module = module.parent
    if module is None or own_ref not in module.providers:
        return ProviderUse(own_ref.name, own_ref.alias, owner.address, object_value({}))
    return module.providers[own_ref]
