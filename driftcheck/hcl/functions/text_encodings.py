"""The character encodings of ``textencodebase64`` and ``textdecodebase64``.

Terraform knows encodings by their IANA names and aliases. Python's codecs have the
same tables for almost all that fit in one byte, and the differences are listed here.
The East Asian ones are known by name only: Python's tables for them differ from Go's
in corners, so that their results are not computed.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache

#: Bytes that ISO 8859 leaves to control characters and Go's tables leave undefined.
_C1_CONTROLS = frozenset(map(chr, range(0x80, 0xA0)))

_NAMES = {
    "ascii": "us-ascii iso-ir-6 ansi_x3.4-1968 ansi_x3.4-1986 iso_646.irv:1991 iso646-us us "
    "ibm367 cp367 csascii",
    "utf-8": "utf-8 csutf8",
    "utf-16": "utf-16 csutf16",
    "utf-16-be": "utf-16be csutf16be",
    "utf-16-le": "utf-16le csutf16le",
    "latin-1": "iso_8859-1:1987 iso-ir-100 iso_8859-1 iso-8859-1 latin1 l1 ibm819 cp819 "
    "csisolatin1",
    "iso8859-2": "iso_8859-2:1987 iso-ir-101 iso_8859-2 iso-8859-2 latin2 l2 csisolatin2",
    "iso8859-3": "iso_8859-3:1988 iso-ir-109 iso_8859-3 iso-8859-3 latin3 l3 csisolatin3",
    "iso8859-4": "iso_8859-4:1988 iso-ir-110 iso_8859-4 iso-8859-4 latin4 l4 csisolatin4",
    "iso8859-5": "iso_8859-5:1988 iso-ir-144 iso_8859-5 iso-8859-5 cyrillic csisolatincyrillic",
    "iso8859-6": "iso_8859-6:1987 iso-ir-127 iso_8859-6 iso-8859-6 ecma-114 asmo-708 arabic "
    "csisolatinarabic iso_8859-6-e csiso88596e iso-8859-6-e iso_8859-6-i csiso88596i iso-8859-6-i",
    "iso8859-7": "iso_8859-7:1987 iso-ir-126 iso_8859-7 iso-8859-7 elot_928 ecma-118 greek greek8 "
    "csisolatingreek",
    "iso8859-8": "iso_8859-8:1988 iso-ir-138 iso_8859-8 iso-8859-8 hebrew csisolatinhebrew "
    "iso_8859-8-e csiso88598e iso-8859-8-e iso_8859-8-i csiso88598i iso-8859-8-i",
    "iso8859-9": "iso_8859-9:1989 iso-ir-148 iso_8859-9 iso-8859-9 latin5 l5 csisolatin5",
    "iso8859-10": "iso-8859-10 iso-ir-157 l6 iso_8859-10:1992 csisolatin6 latin6",
    "iso8859-13": "iso-8859-13 csiso885913",
    "iso8859-14": "iso-8859-14 iso-ir-199 iso_8859-14:1998 iso_8859-14 latin8 iso-celtic l8 "
    "csiso885914",
    "iso8859-15": "iso-8859-15 iso_8859-15 latin-9 csiso885915",
    "iso8859-16": "iso-8859-16 iso-ir-226 iso_8859-16:2001 iso_8859-16 latin10 l10 csiso885916",
    "cp037": "ibm037 cp037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csibm037",
    "cp437": "ibm437 cp437 437 cspc8codepage437",
    "cp850": "ibm850 cp850 850 cspc850multilingual",
    "cp852": "ibm852 cp852 852 cspcp852",
    "cp855": "ibm855 cp855 855 csibm855",
    "cp858": "ibm00858 ccsid00858 cp00858 pc-multilingual-850+euro csibm00858",
    "cp860": "ibm860 cp860 860 csibm860",
    "cp862": "ibm862 cp862 862 cspc862latinhebrew",
    "cp863": "ibm863 cp863 863 csibm863",
    "cp865": "ibm865 cp865 865 csibm865",
    "cp866": "ibm866 cp866 866 csibm866",
    "cp1140": "ibm01140 ccsid01140 cp01140 ebcdic-us-37+euro csibm01140",
    "koi8-r": "koi8-r cskoi8r",
    "koi8-u": "koi8-u cskoi8u",
    "mac-roman": "macintosh mac csmacintosh",
    "cp874": "windows-874 cswindows874",
    **{f"cp{n}": f"windows-{n} cswindows{n}" for n in range(1250, 1259)},
}

_NOT_COMPUTED = (
    "ibm1047 ibm-1047 csibm1047 shift_jis ms_kanji csshiftjis "
    "extended_unix_code_packed_format_for_japanese cseucpkdfmtjapanese euc-jp euc-kr cseuckr "
    "iso-2022-jp csiso2022jp gbk cp936 ms936 windows-936 csgbk gb18030 csgb18030 big5 csbig5 "
    "hz-gb-2312"
)

#: Where Go's table of an encoding has another character than Python's.
_DIFFERENT = {
    "koi8-u": {b"\xae": "\u045e", b"\xbe": "\u040e"},
    "cp1255": {b"\xca": "\u05ba"},
}


class NotRepresentable(ValueError):
    """Text or bytes that the encoding has no equivalent for."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding that Terraform knows; ``codec`` is None where it is not computed here."""

    name: str
    codec: str | None

    def encode(self, content: str) -> bytes:
        """The bytes of the text; raises ``NotRepresentable``."""
        codec = self.codec
        assert codec is not None
        if codec == "utf-16":
            return codecs.BOM_UTF16_BE + content.encode("utf-16-be")
        if _has_undefined_controls(codec) and not _C1_CONTROLS.isdisjoint(content):
            raise NotRepresentable
        different = {new: old for old, new in _DIFFERENT.get(codec, {}).items()}
        try:
            if not different:
                return content.encode(codec)
            replaced = {old.decode(codec, "replace") for old in different.values()} - {"\ufffd"}
            if not replaced.isdisjoint(content):
                raise NotRepresentable
            return b"".join(different.get(c) or c.encode(codec) for c in content)
        except UnicodeEncodeError:
            raise NotRepresentable from None

    def decode(self, content: bytes) -> str:
        """The text of the bytes; raises ``NotRepresentable``."""
        codec = self.codec
        assert codec is not None
        if codec == "utf-16" and not content.startswith(codecs.BOM_UTF16_LE):
            codec = "utf-16-be"
            content = content.removeprefix(codecs.BOM_UTF16_BE)
        different = _DIFFERENT.get(codec, {})
        try:
            if different:
                single = (content[i : i + 1] for i in range(len(content)))
                decoded = "".join(different.get(b) or b.decode(codec) for b in single)
            else:
                decoded = content.decode(codec)
        except UnicodeDecodeError:
            raise NotRepresentable from None
        if "\ufffd" in decoded:
            raise NotRepresentable
        if _has_undefined_controls(codec) and not _C1_CONTROLS.isdisjoint(decoded):
            raise NotRepresentable
        return decoded


def _has_undefined_controls(codec: str) -> bool:
    return codec.startswith("iso8859-") and codec != "iso8859-9"


@cache
def _index() -> dict[str, str | None]:
    index: dict[str, str | None] = {}
    for codec, names in _NAMES.items():
        index.update(dict.fromkeys(names.split(), codec))
    index.update(dict.fromkeys(_NOT_COMPUTED.split()))
    return index


def find(name: str) -> Encoding | None:
    """The encoding of an IANA name or alias in any case; None where Terraform has none."""
    key = name.strip().lower()
    index = _index()
    return Encoding(key, index[key]) if key in index else None
