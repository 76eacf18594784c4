"""A strict simulator of DynamoDB's control plane.

moto stores what it is told and answers at once. The real control plane has
states that last, operations that exclude one another, cooldowns and quotas, and
it refuses what does not fit. This package imitates those rules, so that what
driftcheck does to a table can be tested against them:

``clock``        time that is advanced by hand or runs faster than real time
``errors``       the error codes and texts of AWS
``table``        one table: its configuration, its states, its quotas
``dynamodb``     the operations of DynamoDB
``scaling``      the operations of Application Auto Scaling
``account``      an account in a region: all services, call log, fault injection
``server``       the same behind HTTP on loopback, for real clients
"""
