"""Specs: what a team demands of its tables, and where those live."""
