"""Talking to AWS. Nothing outside this package and ``remediation.execute`` imports boto3.

``connector`` opens connections to the targets of specs, ``connection`` is one
account in one region, ``facts`` are the answers about one table, ``operations``
says how each API operation is asked, ``failures`` what its refusals mean.
"""
