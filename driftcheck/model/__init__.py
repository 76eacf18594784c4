"""The words of the domain as plain data. This package imports nothing else of driftcheck."""
