"""Hashes, UUIDs and decryption."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Callable

from driftcheck.hcl.functions import rsa
from driftcheck.hcl.functions.encoding import Base64Error, decode_base64
from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import charge, quote, text
from driftcheck.hcl.types import NUMBER, STRING
from driftcheck.hcl.values import Value, string, unknown

_STR = Parameter("str", STRING)

#: The hash functions by the ending that they give to function names.
HASHES: dict[str, Callable[[bytes], str]] = {
    "md5": lambda content: hashlib.md5(content, usedforsecurity=False).hexdigest(),
    "sha1": lambda content: hashlib.sha1(content, usedforsecurity=False).hexdigest(),
    "sha256": lambda content: hashlib.sha256(content).hexdigest(),
    "sha512": lambda content: hashlib.sha512(content).hexdigest(),
    "base64sha256": lambda content: _base64(hashlib.sha256(content).digest()),
    "base64sha512": lambda content: _base64(hashlib.sha512(content).digest()),
}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _hash(call: Call) -> Value:
    content = call.args[0].as_str().encode()
    charge(call, len(content))
    return string(HASHES[call.name.removeprefix("core::")](content))


for _name in HASHES:
    function(_name, _STR, returns=STRING)(_hash)


@function("uuid", returns=STRING)
def uuid_(call: Call) -> Value:
    """``uuid()``: another one each time."""
    return unknown("uuid() gives another value each time", STRING, not_null=True)


@function("bcrypt", _STR, variadic=Parameter("cost", NUMBER), returns=STRING)
def bcrypt(call: Call) -> Value:
    """``bcrypt(str)`` or ``bcrypt(str, cost)``: salted at random.

    Terraform checks the arguments when it applies, and not when it plans.
    """
    return unknown("bcrypt() gives another value each time", STRING, not_null=True)


_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}
_HEX = "[0-9a-fA-F]"
_PLAIN_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
# Between braces anything of one byte will do: Go's parser looks at the length only.
_UUID = re.compile(
    f"(?:[uU][rR][nN]:[uU][uU][iI][dD]:)?({_PLAIN_UUID})|[\\0-\\x7f]({_PLAIN_UUID})[\\0-\\x7f]"
    f"|({_HEX}{{32}})"
)


@function("uuidv5", Parameter("namespace", STRING), Parameter("name", STRING), returns=STRING)
def uuidv5(call: Call) -> Value:
    """``uuidv5(namespace, name)``; the namespace is dns, url, oid, x500 or a UUID."""
    given, name = (v.as_str() for v in call.args)
    namespace = _NAMESPACES.get(given)
    if namespace is None:
        match = _UUID.fullmatch(given)
        if match is None:
            raise FunctionError(f"uuidv5() doesn't support namespace {quote(given)}", 0)
        namespace = uuid.UUID(next(filter(None, match.groups())))
    content = name.encode()
    charge(call, len(content))
    digest = hashlib.sha1(namespace.bytes + content, usedforsecurity=False).digest()
    return string(str(uuid.UUID(bytes=digest[:16], version=5)))


@function(
    "rsadecrypt",
    Parameter("ciphertext", STRING),
    Parameter("privatekey", STRING),
    returns=STRING,
)
def rsadecrypt(call: Call) -> Value:
    """``rsadecrypt(ciphertext, privatekey)`` with PKCS #1 v1.5 padding."""
    try:
        ciphertext = decode_base64(call.args[0].as_str())
    except Base64Error:
        raise FunctionError(
            "failed to decode input: cipher text must be base64-encoded", 0
        ) from None
    try:
        key = rsa.parse_private_key(call.args[1].as_str())
    except rsa.UnsupportedKey as problem:
        return unknown(f"rsadecrypt() is not computed for {problem}", STRING, not_null=True)
    except rsa.RsaError as problem:
        raise FunctionError(f"invalid private key: {problem}", 1) from None
    try:
        return text(rsa.decrypt(key, ciphertext).decode("utf-8"))
    except UnicodeDecodeError:
        return unknown("rsadecrypt() gives bytes that are not UTF-8 text", STRING, not_null=True)
    except rsa.RsaError as problem:
        raise FunctionError(f"failed to decrypt: {problem}") from None
