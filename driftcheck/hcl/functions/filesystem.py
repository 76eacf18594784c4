"""Functions on paths and files."""

from __future__ import annotations

import base64
import posixpath

from driftcheck.hcl.context import Files
from driftcheck.hcl.functions.crypto import HASHES
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import (
    charge,
    charge_items,
    quote,
    shown,
    text,
    unknown_result,
)
from driftcheck.hcl.types import BOOL, STRING, SetType
from driftcheck.hcl.values import Value, boolean, set_value, string, unknown

_PATH = Parameter("path", STRING)
_OPEN_PATH = Parameter("path", STRING, allow_unknown=True, allow_marks=True)


def files_of(call: Call) -> Files:
    """The files that the call may read; raises ``FunctionError`` where there are none."""
    if call.context.files is None:
        raise FunctionError("files cannot be read in this place")
    return call.context.files


def read_bytes(call: Call, path: str) -> bytes:
    """The bytes of a file, charged for."""
    content = files_of(call).read(path, call.location)
    charge(call, len(content))
    return content


def read_text(call: Call, path: Value) -> str:
    """The text of a file, which must be UTF-8."""
    try:
        return read_bytes(call, path.as_str()).decode("utf-8")
    except UnicodeDecodeError:
        raise FunctionError(
            f"contents of {shown(path)} are not valid UTF-8; use the filebase64 function to obtain "
            "the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) "
            "to obtain file hashing results instead",
            0,
        ) from None


@function("file", _OPEN_PATH, returns=STRING)
def file(call: Call) -> Value:
    """``file(path)``: the text of a file."""
    path = call.args[0]
    if path.is_unknown:
        return unknown_result([path], STRING).with_marks(path.marks)
    return text(read_text(call, path)).with_marks(path.marks)


@function("filebase64", _OPEN_PATH, returns=STRING)
def filebase64(call: Call) -> Value:
    """``filebase64(path)``: the bytes of a file in base64."""
    path = call.args[0]
    if path.is_unknown:
        return unknown_result([path], STRING).with_marks(path.marks)
    content = base64.b64encode(read_bytes(call, path.as_str())).decode("ascii")
    return string(content).with_marks(path.marks)


def _file_hash(call: Call) -> Value:
    return string(HASHES[call.name.removeprefix("file")](read_bytes(call, call.args[0].as_str())))


for _name in HASHES:
    function(f"file{_name}", _PATH, returns=STRING)(_file_hash)


@function("fileexists", _OPEN_PATH, returns=BOOL)
def fileexists(call: Call) -> Value:
    """``fileexists(path)``: whether there is a regular file; a directory is an error."""
    path = call.args[0]
    if path.is_unknown:
        return unknown_result([path], BOOL).with_marks(path.marks)
    return boolean(files_of(call).exists(path.as_str(), call.location)).with_marks(path.marks)


@function(
    "fileset",
    _OPEN_PATH,
    Parameter("pattern", STRING, allow_unknown=True, allow_marks=True),
    returns=SetType(STRING),
)
def fileset(call: Call) -> Value:
    """``fileset(path, pattern)``: the regular files that match."""
    path, pattern = call.args
    marks = path.marks | pattern.marks
    if path.is_unknown or pattern.is_unknown:
        return unknown_result(call.args, SetType(STRING)).with_marks(marks)
    found = files_of(call).glob(path.as_str(), pattern.as_str(), call.location)
    charge_items(call, len(found))
    return set_value(STRING, [text(name) for name in found]).with_marks(marks)


@function("basename", _PATH, returns=STRING)
def basename(call: Call) -> Value:
    """``basename(path)``: the last part of a path; ``.`` of an empty one."""
    path = call.args[0].as_str()
    if not path:
        return string(".")
    return text(path.rstrip("/").rpartition("/")[2] or "/")


@function("dirname", _PATH, returns=STRING)
def dirname(call: Call) -> Value:
    """``dirname(path)``: all but the last part of a path, cleaned."""
    return text(
        _clean(
            call.args[0].as_str().rpartition("/")[0]
            + ("/" if call.args[0].as_str().startswith("/") else "")
        )
    )


def _clean(path: str) -> str:
    """A path as Go's ``filepath.Clean`` leaves it: exactly one slash at the beginning."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


@function("abspath", _PATH, returns=STRING)
def abspath(call: Call) -> Value:
    """``abspath(path)``, from the directory that Terraform would be started in."""
    return text(files_of(call).absolute(call.args[0].as_str()))


@function("pathexpand", _PATH, returns=STRING)
def pathexpand(call: Call) -> Value:
    """``pathexpand(path)``: unknown where it begins with ``~``, somebody's home directory."""
    path = call.args[0].as_str()
    if not path.startswith("~"):
        return text(path)
    if len(path) > 1 and path[1] not in "/\\":
        raise FunctionError(f"cannot expand user-specific home dir in {quote(path)}", 0)
    return unknown("~ is the home directory of whoever runs Terraform", STRING, not_null=True)
