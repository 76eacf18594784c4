"""The command line. Thin: options in, a stage's work, a report out.

One file in ``commands`` is one command. What a command needs beside options is
imported inside it, so that ``--help`` stays fast.
"""
