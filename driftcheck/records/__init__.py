"""Findings and tables as JSON data, and back: what reports and journals are made of."""
