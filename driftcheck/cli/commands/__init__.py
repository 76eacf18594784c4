"""The commands: each module is one, named as the command is.

A module has a function ``command``, whose docstring is the command's help, or, for
a command with subcommands, a Typer ``app`` with a callback ``main``. Nothing has to
be registered elsewhere. ``driftcheck --help`` reads the first sentence of that
docstring from the source text, so both are written ``def ...(...) -> None:``.
"""
