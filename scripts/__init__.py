"""Programs for people who work on driftcheck."""
