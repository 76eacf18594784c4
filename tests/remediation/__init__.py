"""Remediation in rings: planner cases as data, and whole runs against the simulator."""
