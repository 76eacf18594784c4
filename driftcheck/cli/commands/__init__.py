"""The commands: each module is one, named as the command is.

A module has a function ``command``, whose docstring is the command's help, or, for
a command with subcommands, a Typer ``app``. Nothing has to be registered elsewhere.
"""
