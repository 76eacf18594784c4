"""Holding spec, code and live against each other. Pure: tables in, findings out."""
