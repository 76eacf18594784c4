"""``driftcheck console``: expressions evaluated one by one."""

from __future__ import annotations

import json
from pathlib import Path

from driftcheck.errors import HclError
from driftcheck.hcl.context import EvalContext
from driftcheck.hcl.evaluate import evaluate
from driftcheck.hcl.parser import parse_expression
from driftcheck.hcl.render import RenderError, answer_json, to_text, type_text
from driftcheck.hcl.source import Source
from driftcheck.hcl.syntax import Expression, FunctionCall, Traversal
from driftcheck.hcl.values import Value, string

SOURCE_NAME = "<console>"


class DirectoryScope:
    """What can be referred to in a directory without any Terraform code.

    ``directory`` is what Terraform would be started in, and shows in ``path.cwd`` only.
    """

    def __init__(self, directory: Path, workspace: str = "default") -> None:
        self._values = {
            "path": {"module": ".", "root": ".", "cwd": str(directory.resolve())},
            "terraform": {"workspace": workspace},
        }

    def resolve(self, reference: Traversal) -> tuple[Value, int]:
        """``path.module`` and its like; raises ``HclError`` for everything else."""
        found = self._values.get(reference.root, {}).get("".join(reference.names[:1]))
        if found is None:
            raise HclError(
                f'"{reference.text}" is not declared.',
                reference.location,
                "There is no Terraform code in this directory.",
            )
        return string(found), 1


def evaluate_line(line: str, context: EvalContext) -> str:
    """The answer to one line of ``driftcheck console --json``, as one line of JSON.

    ``line`` is a JSON string that holds one expression. The answer is an object:
    ``value`` and ``type``, or ``unknown``, or ``sensitive`` and ``type``, or ``error``.
    It is given as text because numbers keep all their digits.
    """
    try:
        expression = json.loads(line)
    except ValueError:
        expression = None
    if not isinstance(expression, str):
        return _error("Each input line must be a JSON string that holds one expression.")
    try:
        return answer_json(_evaluate(parse_expression(Source(SOURCE_NAME, expression)), context))
    except (HclError, RenderError) as error:
        return _error(str(error))


def _evaluate(tree: Expression, context: EvalContext) -> Value:
    """The value of an expression all of whose references lead somewhere.

    Terraform looks at all of them first: a part that is never evaluated is no place for
    a name that does not exist either.
    """
    from driftcheck.hcl.module.references import references

    for reference in references(tree):
        context.scope.resolve(reference.traversal)
    return evaluate(tree, context)


def _error(message: str) -> str:
    return json.dumps({"error": message}, ensure_ascii=False)


def evaluate_text(expression: str, context: EvalContext) -> str:
    """The value of an expression typed by hand, in Terraform's syntax.

    ``type(x)`` shows the type of ``x``; this function exists in the console only.
    Raises ``HclError``.
    """
    tree = parse_expression(Source(SOURCE_NAME, expression))
    if isinstance(tree, FunctionCall) and tree.name == "type" and len(tree.args) == 1:
        return type_text(_evaluate(tree.args[0], context).type)
    return to_text(_evaluate(tree, context))


#: What the parser says of text that breaks off; only a heredoc goes on after the last two.
_OPEN = "Unclosed bracket"
_OPEN_TEXT = ("Unterminated template string.", "Unclosed template sequence.")


def is_unfinished(text: str) -> bool:
    """Whether what was typed so far goes on: a bracket is open, or a heredoc."""
    try:
        parse_expression(Source(SOURCE_NAME, f"{text}\n"))
    except HclError as error:
        in_heredoc = error.summary in _OPEN_TEXT and "<<" in text
        return error.summary.startswith(_OPEN) or in_heredoc
    return False
