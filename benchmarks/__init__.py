"""Benchmarks: whole processes against their peers and against the floor, as ratios."""
