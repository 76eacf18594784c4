"""Reports in every format. They render what they are given and find nothing out.

A format is one module with a function ``render(report, style) -> str``, named in
``FORMATS``; it is imported when it is asked for.
"""

from __future__ import annotations

from driftcheck.reports.base import FORMATS, Renderer, Style, renderer

__all__ = ["FORMATS", "Renderer", "Style", "renderer"]
