"""The refusals of AWS: code, text, and whether a client may try again.

The texts are those that the services were seen to answer with; driftcheck tells
some refusals apart by them.
"""

from __future__ import annotations


class Refusal(Exception):
    """An error answer."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class StaticRefusal(Refusal):
    """A request that no waiting makes right; a good client never sends one."""


def validation(message: str) -> StaticRefusal:
    """``ValidationException``."""
    return StaticRefusal("ValidationException", message)


def only_operation(field: str) -> StaticRefusal:
    """A concern that has to be alone in its request."""
    return validation(
        f"One or more parameter values were invalid: {field} must be the only operation in the "
        "request"
    )


def table_not_found(name: str) -> Refusal:
    """The table does not exist."""
    return Refusal(
        "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found"
    )


def table_in_use(name: str, status: str) -> Refusal:
    """The table is changing."""
    return Refusal(
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being "
        f"{'created' if status == 'CREATING' else 'updated'}: {name}",
    )


def index_busy() -> Refusal:
    """Another index is being built or removed."""
    return Refusal(
        "LimitExceededException",
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
        "per table",
    )


def rate_exceeded() -> Refusal:
    """A request too many."""
    return Refusal("ThrottlingException", "Rate exceeded")


def too_many_changes() -> Refusal:
    """More changes in the account than its control plane takes at a time."""
    return Refusal(
        "ThrottlingException",
        "The rate of control plane requests made by this account is too high",
    )


def blocked_until(moment: str) -> Refusal:
    """A cooldown of seconds."""
    return Refusal(
        "ThrottlingException",
        "The resource was modified within the previous 15000 milliseconds. "
        f"Please try again after {moment}",
    )


def internal() -> Refusal:
    """The service failed."""
    return Refusal("InternalServerError", "The request processing has failed", 500)
