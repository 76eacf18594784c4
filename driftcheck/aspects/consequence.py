"""What it would do to a live table to carry out a change of the code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Consequence:
    """What happens beyond the value itself.

    ``pointer`` is what it happens to: the place of the value, or something around it
    (an index that is rebuilt because one of its keys changes). ``text`` says it in a
    sentence without a full stop. ``replaces_table`` tells that Terraform deletes the
    table, with its data, and creates another; ``unnoticed`` that it would have to, and
    plans nothing, so that the code goes on saying what is not so.
    """

    pointer: str
    text: str
    replaces_table: bool = False
    unnoticed: bool = False
