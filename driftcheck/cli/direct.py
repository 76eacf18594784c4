"""Values of options that need no validation library.

Typer converts every value with Pydantic, and importing that takes longer than
evaluating a module does. What a command line mostly holds (text, paths, members of an
enumeration, the defaults of numbers) is converted here to the same; the rest, and all
that is wrong and needs a message, is left to Typer.
"""

from __future__ import annotations

import os
import re
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

#: What is not converted here.
_LEFT = object()
_PLAIN = {int: re.compile("[0-9]{1,9}"), float: re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")}


def convert_directly(parameters: list[Any]) -> list[Any]:
    """The same parameters, which take simple values themselves before Typer is asked."""
    for parameter in parameters:
        # An older Typer has no Pydantic to get round, and describes types otherwise.
        described = hasattr(parameter, "type_descriptor")
        if described and not isinstance(parameter.process_value, _Direct):
            parameter.process_value = _Direct(parameter)
    return parameters


class _Direct:
    """Stands in for ``process_value`` of one parameter."""

    def __init__(self, parameter: Any) -> None:
        self._parameter = parameter
        self._otherwise = parameter.process_value
        self._several = parameter.multiple or parameter.nargs == -1

    def __call__(self, ctx: Any, value: Any) -> Any:
        """The value of the parameter, converted; raises what Typer raises."""
        converted = self._converted(value)
        missing = converted is None or converted == () or converted == []
        if converted is _LEFT or (missing and self._parameter.required):
            return self._otherwise(ctx, value)
        callback = self._parameter.callback
        return converted if callback is None else callback(ctx, self._parameter, converted)

    def _converted(self, value: Any) -> Any:
        if value is None:
            return () if self._several else None
        described = self._parameter.type_descriptor
        annotation, info = described.annotation, described.parameter_info
        if not self._several:
            return _direct(annotation, info, value)
        if get_origin(annotation) is not list or not isinstance(value, list | tuple):
            return _LEFT
        (element,) = get_args(annotation)
        items = [_direct(element, info, item) for item in value]
        return _LEFT if _LEFT in items else items


def _direct(annotation: Any, info: Any, value: Any) -> Any:
    """One value as what ``annotation`` says, or ``_LEFT``."""
    if info.parser is not None or not isinstance(annotation, type):
        return _LEFT
    if annotation in (int, float):
        number = _number(annotation, value)
        return number if number is not None and _is_in_range(number, info) else _LEFT
    if issubclass(annotation, Enum):
        return next((m for m in annotation if value in (m, m.value)), _LEFT)
    if annotation in (str, bool):
        return value if isinstance(value, annotation) else _LEFT
    if annotation is Path and isinstance(value, str | Path) and _is_any_path(info):
        return Path(value) if _is_usable(value) else _LEFT
    return _LEFT


def _number(kind: type, value: Any) -> Any:
    """A number as it is written mostly: digits, and a point where it may have one."""
    if isinstance(value, str) and _PLAIN[kind].fullmatch(value):
        return kind(value)
    return value if type(value) is kind else None


def _is_in_range(number: float, info: Any) -> bool:
    least, most = info.min, info.max
    return (least is None or number >= least) and (most is None or number <= most)


def _is_any_path(info: Any) -> bool:
    """Whether an option takes whatever path it is given."""
    stricter = (info.exists, info.writable, info.resolve_path, info.allow_dash, info.path_type)
    return info.file_okay and info.dir_okay and not any(stricter)


def _is_usable(path: str | Path) -> bool:
    try:
        os.stat(path)  # noqa: PTH116 - what Typer asks
    except OSError:
        return True  # the command says what it misses
    except ValueError:
        return False
    return os.access(path, os.R_OK)
