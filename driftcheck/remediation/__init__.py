"""Mending differences: ``plan`` says what would be done, ``execute`` does exactly that."""
