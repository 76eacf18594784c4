"""What holds for the whole suite: no test makes driftcheck call what its policy does not allow."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from driftcheck.aws.calls import Clients
from driftcheck.cli import session
from driftcheck.stages import provision as provisioning
from driftcheck.stages.iam import Reach, Use, policy_for

# A shell that begins the tests in the background makes them ignore Ctrl-C, and every
# program that they begin; some tests are about just that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Speed is for benchmarks to hold: the first example to need a module waits for its import, and
# neighbours of this machine are nobody's mistake. A search that decides about a change is the
# same for every change; everybody else's differs each time, so that more and more is searched.
settings.register_profile(
    "driftcheck",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
    print_blob=True,
)
settings.load_profile("driftcheck")

#: Everybody may ask who they are.
_FREE = {"sts:GetCallerIdentity"}


def allowed(use: Use) -> set[str]:
    """The operations of the policy for a use, as wide as it ever gets."""
    reach = Reach(frozenset({"*"}), frozenset(), lists=True, replicated=True)
    return {
        action for statement in policy_for(use, reach)["Statement"] for action in _of(statement)
    }


def _of(statement: Mapping[str, Any]) -> list[str]:
    return list(statement["Action"])


@pytest.fixture(scope="session", autouse=True)
def every_call_is_in_its_policy() -> Iterator[None]:
    """Record the operations that are called through boto3, and hold them against the policies.

    A call that a command makes belongs to that command's use, and to that of provisioning
    where it makes the table in the sandbox first; a call that a test has made without a
    command may be of any use. Resources are held against the policies by the tests of
    remediation; this is the net under them. Each process of a parallel run judges its own.
    """
    called: dict[Use | None, set[str]] = {use: set() for use in (None, *Use)}
    using: list[Use | None] = [None]
    invoke, connector, provision = Clients.invoke, session.connector, provisioning.provision

    def recording(self: Clients, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        called[using[-1]].add(operation)
        return invoke(self, operation, arguments)

    def used_by_command(**options: Any) -> AbstractContextManager[Any]:
        module = str(sys._getframe(1).f_globals["__name__"]).rpartition(".")[2]
        return used(Use(module) if module in set(Use) else None, connector(**options))

    @contextmanager
    def used(use: Use | None, opening: AbstractContextManager[Any]) -> Iterator[Any]:
        using.append(use)
        try:
            with opening as opened:
                yield opened
        finally:
            using.pop()

    def provisioned(*arguments: Any) -> Iterator[Any]:
        using.append(Use.PROVISION)
        try:
            yield from provision(*arguments)
        finally:
            using.pop()

    patch = pytest.MonkeyPatch()
    patch.setattr(Clients, "invoke", recording)
    patch.setattr(session, "connector", used_by_command)
    patch.setattr(provisioning, "provision", provisioned)
    yield
    patch.undo()
    everything = {operation for use in Use for operation in allowed(use)}
    for use, operations in called.items():
        beyond = operations - _FREE - (everything if use is None else allowed(use))
        assert not beyond, f"{use or 'some use'} calls what no policy allows it: {sorted(beyond)}"
