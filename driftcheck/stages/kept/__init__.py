"""Results that need not be worked out again, in the user's cache directory.

What is kept is found by everything that it depends on: never by a name or a time alone.
"""
