"""Edits of pictures with their references; see edit_reference.py."""

from edit_reference import Case

CASES: dict[str, Case] = {}
