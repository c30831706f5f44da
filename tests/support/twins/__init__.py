"""Slow, obvious twins of the kernels, in a file for each module of kernels.

Each has its kernel's name without the underscore, and agrees with it exactly. They use tuples, dicts and plain loops
where the kernels use bit fields, hash tables and pruned searches. float32 arithmetic is done in the kernels' order, so
that its rounding is the same too.
"""
