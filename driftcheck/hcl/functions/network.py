"""IP network arithmetic, as Terraform's ``ipaddr`` and go-cidr packages have it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from driftcheck.hcl.functions.registry import Call, FunctionError, Parameter, function
from driftcheck.hcl.functions.support import big_whole, charge_items, text_list, whole
from driftcheck.hcl.types import NUMBER, STRING, ListType
from driftcheck.hcl.values import Value, string

_PREFIX = Parameter("prefix", STRING)
_MAX_UINT64 = 2**64 - 1
_MAPPED_PREFIX = 0xFFFF << 32
# Far more digits than a number below 0xFFFFFF, the parser's bound, can use up.
_DECIMAL = re.compile(r"[0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class _Network:
    """An address range: its first address as a number, prefix length and address size."""

    first: int
    length: int
    bits: int

    def __str__(self) -> str:
        # Go shows a mapped network with the part of its mask that is left of IPv4.
        length = self.length - 96 if self.is_mapped else self.length
        return f"{_address_text(self.first, self.bits)}/{length}"

    @property
    def is_mapped(self) -> bool:
        """Whether this is a range of IPv4 addresses mapped into IPv6."""
        return self.bits == 128 and self.first >> 32 == 0xFFFF

    @property
    def host_bits(self) -> int:
        return self.bits - self.length


def _address_text(number: int, bits: int) -> str:
    """An address as Go writes it: IPv4 mapped into IPv6 shows as IPv4."""
    if bits == 32:
        return str(ipaddress.IPv4Address(number))
    if number >> 32 == _MAPPED_PREFIX >> 32:
        return str(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return str(ipaddress.IPv6Address(number))


def _parse_ipv4(content: str) -> int | None:
    """Dotted decimal; leading zeros are allowed and do not mean octal."""
    parts = content.split(".")
    if len(parts) != 4 or not all(_DECIMAL.fullmatch(p) for p in parts):
        return None
    octets = [int(p) for p in parts]
    return int.from_bytes(octets, "big") if max(octets) <= 255 else None


def _parse_ipv6(content: str) -> int | None:
    """Hexadecimal groups, with one ``::`` and a dotted decimal end where given."""
    if ":" not in content or "%" in content:
        return None
    head, _, last = content.rpartition(":")
    if "." in last:
        tail = _parse_ipv4(last)
        if tail is None:
            return None
        content = f"{head}:{tail >> 16:x}:{tail & 0xFFFF:x}"
    # Groups may have more than four digits as long as the value fits.
    groups = [g.lstrip("0") or g[:1] for g in content.split(":")]
    try:
        return int(ipaddress.IPv6Address(":".join(groups)))
    except ipaddress.AddressValueError:
        return None


def _parse_network(value: Value, argument: int | None = None) -> _Network:
    """The network of a CIDR address; bits of the host part are cleared."""
    content = value.as_str()
    address_text, slash, length_text = content.partition("/")
    address, bits = _parse_ipv4(address_text), 32
    if address is None:
        address, bits = _parse_ipv6(address_text), 128
    if not slash or address is None or not _DECIMAL.fullmatch(length_text):
        raise FunctionError(f"invalid CIDR expression: invalid CIDR address: {content}", argument)
    length = int(length_text)
    if length > bits:
        raise FunctionError(f"invalid CIDR expression: invalid CIDR address: {content}", argument)
    shift = bits - length
    return _Network(address >> shift << shift, length, bits)


@function("cidrhost", _PREFIX, Parameter("hostnum", NUMBER), returns=STRING)
def cidrhost(call: Call) -> Value:
    """``cidrhost(prefix, hostnum)``; a negative number counts from the end."""
    number = big_whole(call.args[1])
    network = _parse_network(call.args[0])
    size = 1 << network.host_bits
    # Terraform looks at the low 64 bits only to see whether the number fits.
    tested = _signed64(number) if number >= 0 else -number - 1
    if tested > size - 1:
        raise FunctionError(
            f"prefix of {network.length} does not accommodate a host numbered {number}"
        )
    # Mapped addresses count as IPv4 although 128 bits are kept of them.
    end = 32 if network.is_mapped else network.bits
    offset = number if number >= 0 else size + number
    return string(_address_text(_insert(network, offset, end), network.bits))


def _signed64(number: int) -> int:
    low = number & _MAX_UINT64
    return low - 2**64 if low >= 2**63 else low


def _insert(network: _Network, number: int, end: int) -> int:
    """The network's address with a number put in so that it ends at bit ``end``."""
    value = abs(network.first | (number << (network.bits - end)))
    if value >> network.bits:
        raise FunctionError("the number does not fit into the address")
    return value


@function("cidrnetmask", _PREFIX, returns=STRING)
def cidrnetmask(call: Call) -> Value:
    """``cidrnetmask(prefix)``, for IPv4 only."""
    network = _parse_network(call.args[0])
    if network.bits != 32 and not network.is_mapped:
        raise FunctionError(f"IPv6 addresses cannot have a netmask: {call.args[0].as_str()}")
    mask = ((1 << network.length) - 1) << network.host_bits
    return string(_address_text(mask, network.bits))


@function(
    "cidrsubnet",
    _PREFIX,
    Parameter("newbits", NUMBER),
    Parameter("netnum", NUMBER),
    returns=STRING,
)
def cidrsubnet(call: Call) -> Value:
    """``cidrsubnet(prefix, newbits, netnum)``."""
    new_bits = whole(call.args[1])
    number = big_whole(call.args[2])
    network = _parse_network(call.args[0])
    length = network.length + new_bits
    if length > network.bits:
        raise FunctionError(
            f"insufficient address space to extend prefix of {network.length} by {new_bits}"
        )
    # Terraform counts with 64 bits here, and lets a prefix be shortened.
    last = ((1 << new_bits) - 1) & _MAX_UINT64 if new_bits >= 0 else _MAX_UINT64
    if abs(number) & _MAX_UINT64 > last:
        raise FunctionError(
            f"prefix extension of {new_bits} does not accommodate a subnet numbered {number}"
        )
    if length < 0 and number == 0:
        # No mask has a negative length; this is how Go writes a network without one.
        return string("<nil>")
    if length < 0:
        raise FunctionError("the number does not fit into the address")
    return string(str(_Network(_insert(network, number, length), length, network.bits)))


@function("cidrsubnets", _PREFIX, variadic=Parameter("newbits", NUMBER), returns=ListType(STRING))
def cidrsubnets(call: Call) -> Value:
    """``cidrsubnets(prefix, newbits...)``: consecutive networks of the given lengths."""
    network = _parse_network(call.args[0], 0)
    charge_items(call, len(call.args))
    if network.is_mapped and len(call.args) > 1:
        raise FunctionError("IPv4 networks mapped into IPv6 cannot be divided", 0)
    end = network.first + (1 << network.host_bits)
    at = network.first
    found: list[str] = []
    current = network
    for argument, value in enumerate(call.args[1:], start=1):
        extension = whole(value, argument)
        if extension < 1:
            raise FunctionError("must extend prefix by at least one bit", argument)
        if extension > 32:
            raise FunctionError("may not extend prefix by more than 32 bits", argument)
        length = network.length + extension
        if length > network.bits:
            protocol = "IPv4" if network.bits == 32 else "IPv6"
            raise FunctionError(
                f"would extend prefix to {length} bits, which is too long for an {protocol} "
                "address",
                argument,
            )
        size = 1 << (network.bits - length)
        at = -(-at // size) * size
        # Terraform looks for the first network after the one before the prefix, and
        # there is none before address zero.
        if at + size > end or network.first == 0:
            raise FunctionError(
                f"not enough remaining address space for a subnet with a prefix of {length} bits "
                f"after {current}",
                argument,
            )
        current = _Network(at, length, network.bits)
        found.append(str(current))
        at += size
    return text_list(found)
