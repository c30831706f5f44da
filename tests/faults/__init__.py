"""Faults and hostile input against the real command: a documented status, one line, the old output, nothing left.

`test_rows` says where the test of each fault is; those that belong to one module alone stand with its other tests.
"""
