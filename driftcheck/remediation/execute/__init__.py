"""Carrying a plan out: call, wait until AWS is really done, look again.

``outcome``   what became of every step
``pace``      how patiently AWS is waited for, and what time it is there
``refusals``  what AWS's refusals mean
``journal``   a record of every call, on disk before it is made
``reader``    looking at the table
``stepper``   one step: gate, call, settle
``table``     all steps of a table, and other hands on it
``run``       several tables side by side
"""
