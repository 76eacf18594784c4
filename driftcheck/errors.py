"""Every exception that driftcheck raises on purpose.

The whole tree::

    DriftcheckError              one clear message; the command exits with 2
    |- UsageError                an option or argument makes no sense
    |- LocatedError              carries the place (file:line:column) it is about
    |  |- HclError               HCL that Terraform would refuse as well
    |  |  |- HclLimitError       valid HCL that goes past one of our bounds
    |  |- SpecError              a spec, policy or configuration file that is wrong
    |- AwsError                  AWS could not be asked or refused to answer

Anything else that escapes is a defect in driftcheck.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftcheck.model.location import Location


class DriftcheckError(Exception):
    """Base of all expected failures; ``str(error)`` is what the user reads."""


class UsageError(DriftcheckError):
    """The command line asks for something that cannot be done."""


class LocatedError(DriftcheckError):
    """A failure that belongs to a place in a file.

    ``summary`` is a terse statement of what is wrong, ``detail`` says what to do
    about it, ``location`` says where (None only where no file is involved).
    """

    def __init__(self, summary: str, location: Location | None = None, detail: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.location = location

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location is not None else ""
        # Further mistakes, one in a line, are told below the first one.
        between = "" if self.detail.startswith("\n") else " "
        detail = f"{between}{self.detail}" if self.detail else ""
        return f"{where}{self.summary}{detail}"


class HclError(LocatedError):
    """HCL that Terraform itself would refuse to parse or to evaluate."""


class HclLimitError(HclError):
    """HCL that is valid but larger or deeper than driftcheck is willing to follow."""


class SpecError(LocatedError):
    """A spec, policy or settings file that cannot be used."""


class AwsError(DriftcheckError):
    """AWS could not be reached, or answered with a failure that ends the command."""
