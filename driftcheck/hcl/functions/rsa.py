"""RSA decryption for ``rsadecrypt``: private keys in PEM, PKCS #1 v1.5 padding.

Enough for keys as ``openssl genrsa`` and ``ssh-keygen -m PEM`` write them. Not meant
to keep a secret from anybody who can measure the time it takes: the key stands in
plain text in the configuration under review.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

# The lines that enclose a key, and between them headers such as "Proc-Type: 4,ENCRYPTED".
_PEM = re.compile(
    r"^-----BEGIN (?P<kind>[A-Z ]+)-----[ \t]*\r?\n(?P<headers>(?:[^\n:]*:[^\n]*\n)*)"
    r"(?P<body>[^:]*?)^-----END (?P=kind)-----",
    re.MULTILINE,
)
_RSA_OID = bytes.fromhex("2a864886f70d010101")
_INTEGER, _OCTETS, _OID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30
#: Larger keys than this are refused; the time grows with the cube of the size.
MAX_KEY_BITS = 16384
_MAX_PEM_LENGTH = 32_000


class RsaError(ValueError):
    """A key that is not valid, or a ciphertext that does not belong to it."""


class UnsupportedKey(RsaError):
    """A key that Terraform may be able to read, but driftcheck is not."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The numbers of a private key that decryption takes."""

    modulus: int
    private_exponent: int

    @property
    def size(self) -> int:
        """Length of the modulus in bytes."""
        return (self.modulus.bit_length() + 7) // 8


class _Der:
    """Reads the elements of a DER encoding one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def next(self, tag: int) -> bytes:
        """The content of the next element, which must have the given tag."""
        content, at = self._content, self._at
        if at + 2 > len(content) or content[at] != tag:
            raise RsaError("invalid ASN1 data in the given private key")
        length = content[at + 1]
        at += 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(content[at : at + octets], "big")
            at += octets
        if at + length > len(content):
            raise RsaError("invalid ASN1 data in the given private key")
        self._at = at + length
        return content[at : self._at]

    def integer(self) -> int:
        """The next element as a whole number."""
        return int.from_bytes(self.next(_INTEGER), "big", signed=True)


def parse_private_key(pem: str) -> PrivateKey:
    """The first private key of a PEM text, in PKCS #1 or PKCS #8 form.

    Raises ``RsaError`` for what is no RSA key, and ``UnsupportedKey`` for OpenSSH's own
    format.
    """
    if len(pem) > _MAX_PEM_LENGTH:
        raise UnsupportedKey(f"keys of more than {_MAX_PEM_LENGTH} characters")
    match = _PEM.search(pem)
    if match is None:
        raise RsaError("ssh: no key found")
    kind, body = match["kind"], match["body"]
    if "ENCRYPTED" in match["headers"]:
        raise RsaError("ssh: this private key is passphrase protected")
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        raise RsaError("ssh: no key found") from None
    if kind == "RSA PRIVATE KEY":
        return _pkcs1(der)
    if kind == "PRIVATE KEY":
        return _pkcs8(der)
    if kind == "OPENSSH PRIVATE KEY":
        raise UnsupportedKey("private keys in OpenSSH's own format")
    raise RsaError(f'unsupported key type "{kind}"')


def _pkcs1(der: bytes) -> PrivateKey:
    fields = _Der(_Der(der).next(_SEQUENCE))
    if fields.integer() != 0:
        raise UnsupportedKey("keys of more than two primes")
    modulus, public, private, first, second = (fields.integer() for _ in range(5))
    if min(modulus, private, first, second) <= 0:
        raise RsaError("private key contains zero or negative value")
    if modulus != first * second:
        raise RsaError("invalid modulus")
    if public < 2 or any((private * public - 1) % (p - 1) for p in (first, second) if p > 1):
        raise RsaError("invalid exponents")
    if modulus.bit_length() > MAX_KEY_BITS:
        raise UnsupportedKey(f"keys of more than {MAX_KEY_BITS} bits")
    return PrivateKey(modulus, private)


def _pkcs8(der: bytes) -> PrivateKey:
    fields = _Der(_Der(der).next(_SEQUENCE))
    fields.integer()
    algorithm = _Der(fields.next(_SEQUENCE))
    if algorithm.next(_OID) != _RSA_OID:
        raise RsaError("invalid private key type")
    return _pkcs1(fields.next(_OCTETS))


def decrypt(key: PrivateKey, ciphertext: bytes) -> bytes:
    """The message of a ciphertext with PKCS #1 v1.5 padding; raises ``RsaError``."""
    number = int.from_bytes(ciphertext, "big")
    if len(ciphertext) > key.size or key.size < 11 or number >= key.modulus:
        raise RsaError("crypto/rsa: decryption error")
    padded = pow(number, key.private_exponent, key.modulus).to_bytes(key.size, "big")
    end = padded.find(b"\0", 2)
    if not padded.startswith(b"\0\x02") or end < 10:
        raise RsaError("crypto/rsa: decryption error")
    return padded[end + 1 :]
