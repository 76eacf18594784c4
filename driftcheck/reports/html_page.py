"""A page of HTML that stands alone: no scripts, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from driftcheck.model.finding import Finding, PartyValue, State, Status
from driftcheck.model.report import Report, TableResult
from driftcheck.reports.base import Style
from driftcheck.reports.document import timestamp
from driftcheck.reports.printable import brief, printable
from driftcheck.reports.selection import by_table, summary_line, title

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --quiet: #888; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-top: 1px solid var(--line); padding: .4rem .6rem; text-align: left;
  vertical-align: top; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); } .done { text-decoration: line-through; opacity: .6; }
.tag { border-radius: .3rem; padding: .1rem .45rem; font-size: .8rem; color: #fff; }
.critical { background: #8b0f1a; } .high { background: #c9372c; } .medium { background: #a8590a; }
.low { background: #2f6f9f; } .info { background: #6b7280; }
.compliant { color: #1a7f37; } .noncompliant { color: #c9372c; } .unknown { color: #a8590a; }
"""
_VALUE = 120


def render(report: Report, style: Style) -> str:
    """The report as one HTML document."""
    del style
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    heading = f"driftcheck {report.command}"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{_text(heading)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{_text(heading)}</h1>"
    yield f"<p>{_text(summary_line(report))}</p>"
    yield f'<p class="quiet">{timestamp(report.finished_at)}</p>'
    for table, findings in by_table(report):
        yield from _group(table, findings)
    yield "</body></html>"


def _group(table: TableResult | None, findings: list[Finding]) -> Iterator[str]:
    status = ""
    if table is not None:
        status = f' <span class="{table.status.value}">{table.status.value}</span>'
    yield f"<h2>{_text(title(table))}{status}</h2>"
    if not findings:
        return
    yield "<table><thead><tr><th></th><th>Finding</th><th>Values</th><th>Where</th></tr></thead>"
    yield "<tbody>"
    for finding in findings:
        yield from _row(finding)
    yield "</tbody></table>"


def _row(finding: Finding) -> Iterator[str]:
    severity = finding.severity.value
    done = "" if finding.status is Status.OPEN else ' class="done"'
    yield f'<tr><td><span class="tag {severity}">{severity}</span></td>'
    yield f"<td><div{done}>{_text(finding.message)}</div>"
    yield f'<div class="quiet"><code>{_text(finding.rule)} {_text(finding.path)}</code></div>'
    if finding.status is not Status.OPEN:
        yield f'<div class="quiet">{finding.status.value}: {_text(finding.waiver or "")}</div>'
    elif finding.help:
        yield f'<div class="quiet">{_text(finding.help)}</div>'
    parties = (
        ("spec", finding.spec_value),
        ("code", finding.code_value),
        ("live", finding.live_value),
    )
    values = "".join(_party(name, party) for name, party in parties)
    places = "".join(f"<div><code>{_text(str(at))}</code></div>" for at in finding.locations)
    yield f"</td><td>{values}</td><td>{places}</td></tr>"


def _party(name: str, party: PartyValue) -> str:
    match party.state:
        case State.ABSENT:
            return ""
        case State.KNOWN:
            shown = brief(party.value, _VALUE)
        case State.SENSITIVE:
            shown = "(sensitive)"
        case State.UNKNOWN:
            shown = "(unknown)"
    return f'<div><span class="quiet">{name}</span> <code>{_text(shown)}</code></div>'


def _text(text: str) -> str:
    return escape(printable(text))
