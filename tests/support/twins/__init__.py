"""Slow, obvious twins of the kernels, in a file for each module of gifsom.native, which agree with them exactly.

They use tuples, dicts and plain loops where the kernels use bit fields, hash tables and pruned searches. Numbers are
added and rounded in the kernels' order, so that the last bit is the same, too.
"""
