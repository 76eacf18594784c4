"""Terraform's functions, one module for each family.

Importing this package declares all of them in ``registry``. Modules that are costly to
import (YAML, regular expressions) are imported by the functions that need them.
"""

from __future__ import annotations

from driftcheck.hcl.functions import (
    collections,
    conversion,
    crypto,
    csvs,
    datetimes,
    encoding,
    filesystem,
    formatting,
    jsons,
    lazy,
    mappings,
    network,
    numeric,
    regex,
    rendering,
    sequences,
    sets,
    strings,
    yamls,
)

__all__ = [
    "collections",
    "conversion",
    "crypto",
    "csvs",
    "datetimes",
    "encoding",
    "filesystem",
    "formatting",
    "jsons",
    "lazy",
    "mappings",
    "network",
    "numeric",
    "regex",
    "rendering",
    "sequences",
    "sets",
    "strings",
    "yamls",
]
