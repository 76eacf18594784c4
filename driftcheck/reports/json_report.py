"""The JSON report: the format that programs rely on."""

from __future__ import annotations

import json

from driftcheck.model.report import Report
from driftcheck.reports.base import Style
from driftcheck.reports.document import report_document


def render(report: Report, style: Style) -> str:
    """The report as indented JSON in ASCII, so that no terminal or log can be upset by it."""
    del style
    return json.dumps(report_document(report), indent=2) + "\n"
