"""Policies: rules about a table's document, written as data and evaluated as JSON Schema.

``model`` is what a policy is, ``load`` reads policy files, ``validator`` is JSON
Schema with a third truth value, ``evaluate`` holds tables against policies.
"""
