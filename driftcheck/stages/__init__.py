"""The commands' work from end to end: inputs, comparison, verdict, report.

Stages know no aspect by name and talk to AWS only through the connection they
are given.
"""
