"""Evaluates resources and data sources to their instances."""

from __future__ import annotations

from dataclasses import replace

from driftcheck.errors import HclError
from driftcheck.hcl.module.bodies import BodyEvaluator
from driftcheck.hcl.module.builtin import SCHEMA, TERRAFORM_DATA, plan_terraform_data
from driftcheck.hcl.module.configured import ConfiguredBlock
from driftcheck.hcl.module.declarations import CheckRule, ProviderRef, ResourceDecl
from driftcheck.hcl.module.dependencies import explicit_dependencies
from driftcheck.hcl.module.expansion import expand
from driftcheck.hcl.module.instances import BodyOrigin, ModuleInstance, ResourceInstance
from driftcheck.hcl.module.keys import InstanceKey, InstanceSet, Repetition, with_key
from driftcheck.hcl.module.references import argument_names
from driftcheck.hcl.module.schema import (
    UNKNOWN_SCHEMA,
    BlockSchema,
    PlanRequest,
    ProviderUse,
    likely_meant,
)
from driftcheck.hcl.module.scope import ModuleScope
from driftcheck.hcl.module.session import Session
from driftcheck.hcl.module.traversals import address_text
from driftcheck.hcl.module.tree import ModuleNode, has_managed_resources
from driftcheck.hcl.module.variables import check_rule
from driftcheck.hcl.secrecy import without_secrets
from driftcheck.hcl.values import (
    EPHEMERAL,
    SENSITIVE_MARKS,
    OpenObject,
    Unknown,
    Value,
    unknown,
)


def evaluate_resource(session: Session, node: ModuleNode, address: str) -> None:
    """Evaluate a resource for every instance of its module."""
    decl = node.module.resources[address]
    for module in session.instances.get(node.path, ()):
        try:
            module.resources[address] = _instances(session, module, decl)
        except HclError as error:
            session.diagnostics.caught(
                error
                if error.location is not None
                else type(error)(error.summary, decl.location, error.detail)
            )


def _instances(
    session: Session, module: ModuleInstance, decl: ResourceDecl
) -> InstanceSet[ResourceInstance]:
    address = module.resource_address(decl)
    keys = expand(session, session.scope(module), decl.count, decl.for_each, address, decl.location)
    result: InstanceSet[ResourceInstance] = InstanceSet(keys.kind, {}, keys.unknown)
    for key, repetition in keys.items.items():
        own = with_key(address, key, placeholder=keys.unknown is not None)
        instance = _ResourceEvaluator(session, module, decl, own, keys.unknown).instance(
            key, repetition
        )
        result.items[key] = instance
    return result


class _ResourceEvaluator:
    """Evaluates one instance."""

    def __init__(
        self,
        session: Session,
        module: ModuleInstance,
        decl: ResourceDecl,
        address: str,
        unknown_number: Unknown | None,
    ) -> None:
        self._session = session
        self._module = module
        self._decl = decl
        self._address = address
        self._existence = unknown_number or module.existence

    def instance(self, key: InstanceKey, repetition: Repetition) -> ResourceInstance:
        """The instance with the given key."""
        decl, session = self._decl, self._session
        ref = decl.provider or ProviderRef(decl.provider_name, "")
        provider = self._provider(ref)
        schema = self._schema()
        scope = session.scope(self._module, repetition)
        self._check(decl.lifecycle.preconditions, scope)
        config, origin = BodyEvaluator(session, self._address).evaluate(
            decl.body, schema or UNKNOWN_SCHEMA, scope, decl.span
        )
        if schema is not None and decl.mode != "ephemeral" and _keeps_ephemeral(config):
            session.diagnostics.error(
                "Invalid use of ephemeral value.",
                origin.location,
                "An ephemeral value cannot be an argument here: it would be stored.",
            )
        if schema is not None and decl.mode == "resource":
            self._check_configuration(config, origin, provider)
        values = config if schema is None else self._complete(config, provider)
        region = session.schemas.region_of(provider, values)
        if schema is not None:
            values = self._open(_with_sensitive(values, schema), region)
            self._check(decl.lifecycle.postconditions, replace(scope, self_value=values))
        return ResourceInstance(
            address=self._address,
            decl=decl,
            key=key,
            module=self._module,
            provider=provider,
            region=region,
            values=values,
            origin=origin,
            open=schema is None,
            existence=self._existence,
        )

    def _provider(self, ref: ProviderRef) -> ProviderUse:
        from driftcheck.hcl.module.providers import provider_use

        return provider_use(self._module, ref)

    def _schema(self) -> BlockSchema | None:
        schemas, type_ = self._session.schemas, self._decl.type
        match self._decl.mode:
            case "resource" if type_ == TERRAFORM_DATA:
                return SCHEMA
            case "resource":
                return schemas.resource(type_, argument_names(self._decl.body))
            case "data":
                return schemas.data_source(type_)
            case _:
                return None

    def _check(self, rules: list[CheckRule], scope: ModuleScope) -> None:
        for rule in rules:
            what = f"{self._address}: a condition does not hold."
            check_rule(self._session, rule, scope, what, rule.location)

    def _check_configuration(
        self, config: Value, origin: BodyOrigin, provider: ProviderUse
    ) -> None:
        """Report what the provider would refuse."""
        if self._decl.type == TERRAFORM_DATA:
            return
        lifecycle, diagnostics = self._decl.lifecycle, self._session.diagnostics
        ignored = frozenset(path[0] for path in lifecycle.ignore_changes)
        if lifecycle.ignore_all and isinstance(config.raw, dict):
            ignored = frozenset(config.raw)
        request = PlanRequest(self._decl.type, self._address, config, provider)
        block = ConfiguredBlock(config, origin)
        for problem in self._session.schemas.problems(request, block, ignored):
            summary = without_secrets(problem.summary, config)
            diagnostics.error(summary, problem.location, without_secrets(problem.detail, config))

    def _complete(self, config: Value, provider: ProviderUse) -> Value:
        """The instance as it will be: the provider's defaults, and what only it decides."""
        decl = self._decl
        request = PlanRequest(decl.type, self._address, config, provider, self._deferred())
        if decl.mode == "data":
            return self._session.schemas.read(request)
        if decl.type == TERRAFORM_DATA:
            return plan_terraform_data(config, self._address)
        return self._session.schemas.plan(request)

    def _open(self, values: Value, region: Value) -> Value:
        """The same object, with what a newer provider may know about the instance."""
        if not isinstance(values.raw, dict) or self._decl.type == TERRAFORM_DATA:
            return values
        session, address, known = self._session, self._address, values.raw
        slips: dict[str, bool] = {}

        def is_slip(name: str) -> bool:
            # An index may make up any number of names, and the search for one alike is slow.
            if name not in slips and session.slips_left > 0:
                session.slips_left -= 1
                slips[name] = likely_meant(name, known) is not None
            return slips.get(name, False)

        def beyond(name: str) -> Value | None:
            found = session.schemas.newer(name, region)
            if found is not None or session.schemas.closed or is_slip(name):
                return found
            return unknown(
                f"{address}.{name} is not known to driftcheck: either it is misspelt, or the "
                "provider is newer than those driftcheck knows"
            )

        return Value(values.type, OpenObject(known, beyond), values.marks)

    def _deferred(self) -> str | None:
        """Why Terraform would read a data source only while it applies; None if it would not.

        It waits for changes of what the data source, or a module around it, names in
        ``depends_on``; in a plan that makes everything anew, every resource changes.
        """
        if self._decl.mode != "data":
            return None
        for owner, expression in explicit_dependencies(self._module.node, self._decl):
            address = address_text(expression)
            if self._changes(owner, address):
                return f"{self._address} is read only after {address} was made"
        return None

    def _changes(self, owner: ModuleNode, address: str) -> bool:
        """Whether there is a managed resource at, or in the module at, an address."""
        instance: ModuleInstance | None = self._module
        while instance is not None and instance.node is not owner:
            instance = instance.parent
        if instance is None:
            return False
        step, _, name = address.partition(".")
        if step == "module":
            child = owner.children.get(name.partition("[")[0].partition(".")[0])
            return child is not None and has_managed_resources(child)
        found = instance.resources.get(address.partition("[")[0].removeprefix("resource."))
        return found is not None and step != "data" and bool(found.items)


def _keeps_ephemeral(config: Value) -> bool:
    """Whether an ephemeral value stands anywhere but in a write-only argument.

    Those are named so: ``value_wo`` of ``aws_ssm_parameter``; and ``store`` of
    ``terraform_data`` takes one.
    """
    if EPHEMERAL in config.marks or not isinstance(config.raw, dict):
        return EPHEMERAL in config.all_marks()
    return any(
        EPHEMERAL in value.all_marks()
        for name, value in config.raw.items()
        if not name.endswith("_wo") and name != "store"
    )


def _with_sensitive(values: Value, schema: BlockSchema | None) -> Value:
    """Marks what the provider declares as sensitive."""
    if schema is None or not isinstance(values.raw, dict):
        return values
    secret = [n for n, a in schema.attributes.items() if a.sensitive]
    if not secret:
        return values
    raw = dict(values.raw)
    for name in secret:
        if name in raw:
            raw[name] = raw[name].with_marks(SENSITIVE_MARKS)
    return Value(values.type, raw, values.marks)
