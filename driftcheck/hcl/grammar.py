"""The parser tables of python-hcl2's grammar. The only module that uses hcl2 or lark.

python-hcl2 is two things: an LALR(1) grammar of HCL (``hcl2.lark``) and a lexer whose
defects make its ``parses_to_tree`` unsafe to judge by (it rejects ``- -1`` and
``core::f(1)``, accepts two arguments on one line, and reads ``"$${ ${x} }"`` as text).
So the grammar is kept and the lexer is not: Lark compiles the grammar to its tables
here, ``driftcheck.hcl.lexer`` feeds them, and ``driftcheck.hcl.automaton`` runs them.

Our lexer settles every question of newlines before the grammar sees a token, because
the grammar is lax about them. The grammar is therefore compiled without its optional
``new_line_or_comment`` items, which leaves 289 states of 1,047 (186 of them in reach
of our terminals) and takes 0.3 s instead of 1.5 s. The result is kept as JSON in the
user's cache directory, so that lark is not imported again until the grammar changes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftcheck.errors import DriftcheckError
from driftcheck.hcl import cache_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lark import Token

#: Every terminal that our lexer feeds; the rest of the grammar is cut off.
TERMINALS = frozenset(
    [
        "ATTR_SPLAT",
        "COLON",
        "COMMA",
        "DOT",
        "DOUBLE_AMP",
        "DOUBLE_EQ",
        "DOUBLE_PIPE",
        "ELLIPSIS",
        "EQ",
        "FALSE",
        "FOR",
        "FOR_OBJECT_ARROW",
        "FULL_SPLAT_START",
        "GEQ",
        "GT",
        "IF",
        "IN",
        "INT_LITERAL",
        "LBRACE",
        "LEQ",
        "LPAR",
        "LSQB",
        "LT",
        "MINUS",
        "NAME",
        "NEQ",
        "NOT",
        "NULL",
        "PERCENT",
        "PLUS",
        "QMARK",
        "RBRACE",
        "RPAR",
        "RSQB",
        "SLASH",
        "ASTERISK",
        "TEMPLATE_STRING",
        "TRUE",
        "$END",
    ]
)
START_SYMBOLS = ("body", "expression")

# Raise this when the form of the cached tables changes.
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Tables:
    """An LALR(1) automaton.

    ``actions[state][terminal]`` is the state to shift to, or ``~rule`` (negative) to
    reduce; ``gotos[state][symbol]`` is the state after a reduction; ``rules`` are
    ``(origin, symbols)``; ``starts`` maps a start symbol to its first state.
    """

    actions: list[dict[str, int]]
    gotos: list[dict[str, int]]
    rules: list[tuple[str, tuple[str, ...]]]
    starts: dict[str, int]


@cache
def tables() -> Tables:
    """The tables of the installed python-hcl2: from the cache, or compiled.

    Raises ``DriftcheckError`` when python-hcl2 is not installed or its grammar has
    changed so much that it no longer has the symbols we feed it.
    """
    grammar = _grammar_text()
    key = hashlib.sha256(f"{_FORMAT}\n{sorted(TERMINALS)}\n{grammar}".encode()).hexdigest()
    name = f"grammar-{key[:32]}.json"
    cached = cache_dir.read(name)
    if cached is not None:
        found = _decode(cached)
        if found is not None:
            return found
    made = _compile(grammar)
    cache_dir.write(name, _encode(made))
    return made


def _grammar_text() -> str:
    """The text of ``hcl2.lark``, found without importing the package."""
    spec = importlib.util.find_spec("hcl2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, "hcl2.lark")
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise DriftcheckError(
        "The package python-hcl2, whose grammar driftcheck parses with, is not installed"
        " properly. Install it again: pip install --force-reinstall python-hcl2"
    )


def _compile(grammar: str) -> Tables:
    """Let Lark compile the grammar, and keep what our terminals can reach."""
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        """Spares Lark the work of compiling the grammar's own terminals."""

        def __init__(self, _: object) -> None:
            """Take the configuration that Lark passes, and ignore it."""

        def lex(self, *_: object) -> Iterator[Token]:
            """Never called: tokens come from ``driftcheck.hcl.lexer``."""
            raise AssertionError

    lark = Lark(
        grammar.replace("new_line_or_comment?", ""),
        parser="lalr",
        lexer=NoLexer,
        start=list(START_SYMBOLS),
    )
    # Lark has no public accessor for its tables; a test holds this to the pinned version.
    table: Any = lark.parser.parser._parse_table
    productive = _productive(
        {(rule.origin.name, tuple(s.name for s in rule.expansion)) for rule in lark.rules}
    )
    rules: list[tuple[str, tuple[str, ...]]] = []
    rule_numbers: dict[Any, int] = {}
    numbers: dict[int, int] = {}
    order: list[int] = []

    def number_of(state: int) -> int:
        if state not in numbers:
            numbers[state] = len(order)
            order.append(state)
        return numbers[state]

    def rule_number_of(rule: Any) -> int:
        if rule not in rule_numbers:
            rule_numbers[rule] = len(rules)
            rules.append((rule.origin.name, tuple(s.name for s in rule.expansion)))
        return rule_numbers[rule]

    starts = {symbol: number_of(table.start_states[symbol]) for symbol in START_SYMBOLS}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in order:  # grows while states are numbered
        here: dict[str, int] = {}
        after: dict[str, int] = {}
        for symbol, (action, target) in sorted(table.states[state].items()):
            if symbol in productive:
                after[symbol] = number_of(target)
            elif symbol in TERMINALS:
                shift = str(action) == "Shift"
                here[symbol] = number_of(target) if shift else ~rule_number_of(target)
        actions.append(here)
        gotos.append(after)
    for symbol in START_SYMBOLS:
        # Where Lark accepts, we shift the end, so that it needs no case of its own.
        actions[numbers[table.end_states[symbol]]]["$END"] = starts[symbol]
    missing = TERMINALS - set().union(*actions)
    if missing:
        raise DriftcheckError(
            "The installed version of python-hcl2 has another grammar than driftcheck knows"
            f" (it lacks {', '.join(sorted(missing))}). Install python-hcl2 8.1."
        )
    return Tables(actions, gotos, rules, starts)


def _productive(rules: set[tuple[str, tuple[str, ...]]]) -> set[str]:
    """The symbols that can be made of the terminals we feed."""
    found: set[str] = set()
    while True:
        known = TERMINALS | found
        more = {origin for origin, symbols in rules if known.issuperset(symbols)} - found
        if not more:
            return found
        found |= more


def _encode(made: Tables) -> bytes:
    """The tables as JSON."""
    content = {
        "actions": made.actions,
        "gotos": made.gotos,
        "rules": made.rules,
        "starts": made.starts,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def _decode(data: bytes) -> Tables | None:
    """Tables from JSON, or None where the data is not what ``_encode`` wrote."""
    try:
        content = json.loads(data)
        return Tables(
            content["actions"],
            content["gotos"],
            [(origin, tuple(symbols)) for origin, symbols in content["rules"]],
            content["starts"],
        )
    except (ValueError, KeyError, TypeError):
        return None
