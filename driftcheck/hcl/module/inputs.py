"""The root module's input variables, from every place that Terraform takes them from.

Later sources win: the environment (``TF_VAR_name``), ``terraform.tfvars``,
``terraform.tfvars.json``, ``*.auto.tfvars`` and ``*.auto.tfvars.json`` in order of
their names, then ``-var`` and ``-var-file`` in the order given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from driftcheck.errors import HclError, UsageError
from driftcheck.hcl.context import NoScope
from driftcheck.hcl.module.content import static_value
from driftcheck.hcl.module.declarations import Variable
from driftcheck.hcl.module.diagnostics import Diagnostics
from driftcheck.hcl.module.instances import InputSource
from driftcheck.hcl.module.load import DisplayName, FileParser
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.source import Source
from driftcheck.hcl.types import DYNAMIC
from driftcheck.hcl.values import Value, string
from driftcheck.model.location import Location
from driftcheck.paths import is_inside

_ENVIRONMENT_PREFIX = "TF_VAR_"


@dataclass(frozen=True, slots=True)
class VarFlag:
    """``--var NAME=VALUE``."""

    assignment: str

    def split(self) -> tuple[str, str]:
        """Name and text; raises ``UsageError`` where there is no ``=``."""
        name, equals, text = self.assignment.partition("=")
        if not equals:
            # What was given may be the value alone, and a secret.
            raise UsageError('write --var NAME=VALUE, with "=" between the two.')
        if name.endswith(" ") or text.startswith(" "):
            raise UsageError(f"--var {name.strip()}: leave no spaces around the equals sign.")
        return name, text


@dataclass(frozen=True, slots=True)
class VarFile:
    """``--var-file FILE``."""

    path: Path


@dataclass(frozen=True, slots=True)
class VarValue:
    """A value that a caller states directly, such as a spec's, with the place it stands at."""

    name: str
    value: Value
    location: Location | None = None


VarOption = VarFlag | VarFile | VarValue


@dataclass(frozen=True, slots=True)
class RootInput:
    """The value that a root variable was given, and where."""

    value: Value
    source: InputSource


class RootInputs:
    """Collects the values of the root module's variables."""

    def __init__(
        self,
        variables: Mapping[str, Variable],
        parse: FileParser,
        display: DisplayName,
        diagnostics: Diagnostics,
    ) -> None:
        self._variables = variables
        self._parse = parse
        self._display = display
        self._diagnostics = diagnostics
        self.given: dict[str, RootInput] = {}

    def add_environment(self, environment: Mapping[str, str]) -> None:
        """Take ``TF_VAR_*``; those that name no variable are not for this module."""
        for key, text in sorted(environment.items()):
            name = key.removeprefix(_ENVIRONMENT_PREFIX)
            if name != key and name in self._variables:
                self._add_text(name, text, f"environment variable {key}")

    def add_automatic_files(self, directory: Path, boundary: Path) -> None:
        """Take the files that Terraform reads without being told to.

        A file that is a symbolic link out of ``boundary`` is refused.
        """
        names = ["terraform.tfvars", "terraform.tfvars.json"]
        names += sorted(
            p.name
            for p in directory.iterdir()
            if p.name.endswith((".auto.tfvars", ".auto.tfvars.json"))
        )
        for name in names:
            path = directory / name
            if not path.is_file():
                continue
            if not is_inside(path, boundary):
                self._diagnostics.error(
                    f"{self._display(path)} leads out of the repository.",
                    None,
                    "driftcheck reads nothing outside the repository root.",
                )
                continue
            with self._diagnostics.guard():
                self._add_file(path)

    def add_options(self, options: Sequence[VarOption]) -> None:
        """Take what the command line or a spec states, in order.

        Raises ``UsageError`` for a malformed option, for a file that is not there, and
        for a variable that is not declared. Where the files have errors it may be declared
        in a part that could not be read, and the errors are told instead.
        """
        broken = self._diagnostics.has_errors
        for option in options:
            match option:
                case VarFlag():
                    name, text = option.split()
                    if name not in self._variables:
                        if broken:
                            continue
                        raise _undeclared_option(name, self._variables)
                    self._add_text(name, text, f"--var {name}=...")
                case VarFile(path=path):
                    if not path.is_file():
                        raise UsageError(f"--var-file {path}: there is no such file.")
                    with self._diagnostics.guard():
                        self._add_file(path)
                case VarValue(name=name):
                    if name not in self._variables:
                        if broken:
                            continue
                        raise HclError(
                            f'The module declares no variable "{name}".',
                            option.location,
                            "Remove it, or declare the variable.",
                        )
                    self.given[name] = RootInput(option.value, InputSource(option.location))

    def _add_text(self, name: str, text: str, origin: str) -> None:
        variable = self._variables[name]
        if not variable.parse_as_hcl:
            self.given[name] = RootInput(string(_normal_form(text)), InputSource(None))
            return
        with self._diagnostics.guard():
            try:
                expression = parse_expression(Source(f"<{origin}>", _normal_form(text)))
                value = static_value(expression, DYNAMIC)
            except HclError:
                if not variable.sensitive:
                    raise
                raise HclError(
                    f'The value of the sensitive variable "{name}" cannot be read.',
                    Source(f"<{origin}>", "").location(0),
                    "It must be written in the syntax of HCL. What is wrong is not told.",
                ) from None
            source = InputSource(expression.location, expression, NoScope())
            self.given[name] = RootInput(value, source)

    def _add_file(self, path: Path) -> None:
        body = self._parse(path, self._display(path))
        for block in body.blocks:
            self._diagnostics.error(
                "Unexpected block in a variable definitions file.",
                block.location,
                f'It holds `name = value` only. To declare the variable "{block.type}", use a '
                ".tf file.",
            )
        for name, attribute in body.attributes.items():
            if name not in self._variables:
                self._diagnostics.warning(
                    f'Value for undeclared variable "{name}".',
                    attribute.location,
                    "The root module declares no variable of that name, so the value has no "
                    "effect.",
                )
                continue
            with self._diagnostics.guard():
                value = static_value(attribute.expression, DYNAMIC)
                source = InputSource(attribute.expression.location, attribute.expression, NoScope())
                self.given[name] = RootInput(value, source)


def _undeclared_option(name: str, variables: Mapping[str, Variable]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name, list(variables), n=1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return UsageError(f'--var {name}=...: the root module declares no variable "{name}".{hint}')


def _normal_form(text: str) -> str:
    from unicodedata import normalize

    # Bytes that are no UTF-8, which Python keeps as halves of surrogate pairs.
    known = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return normalize("NFC", known)
