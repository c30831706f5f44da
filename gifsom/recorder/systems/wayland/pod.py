"""The values that PipeWire exchanges about a stream, "plain old data": written and read as far as recording needs them.

A value is its size, its type, and its body, filled up to 8 bytes (docs.pipewire.org, "SPA POD").
"""

import struct
from typing import Final

ID: Final = 3
INT: Final = 4
RECTANGLE: Final = 10
FRACTION: Final = 11
OBJECT: Final = 15
CHOICE: Final = 19

RANGE: Final = 1
"""Kind of a choice: the default, the least and the most."""

ENUM: Final = 3
"""Kind of a choice: the default, then all."""

FLAGS: Final = 4
"""Kind of a choice: bits that are possible."""


def number(value: int, type: int = INT) -> bytes:
    """An integer, or an id."""
    return _pod(type, struct.pack("=I", value))


def choice(kind: int, type: int, *values: tuple[int, ...]) -> bytes:
    """A choice among values of one or two numbers each."""
    body = struct.pack("=IIII", kind, 0, 4 * len(values[0]), type)
    return _pod(CHOICE, body + b"".join(struct.pack(f"={len(value)}I", *value) for value in values))


def whole(type: int, id: int, **fields: bytes) -> bytes:
    """An object of a type: a parameter of that id, with fields named by `k` and their number."""
    body = struct.pack("=II", type, id)
    for key, value in fields.items():
        body += struct.pack("=II", int(key[1:]), 0) + value
    return _pod(OBJECT, body)


def fields(data: bytes) -> dict[int, tuple[int, ...]]:
    """The fields of an object that are ids, numbers, rectangles or fractions, or a choice's default: their numbers."""
    found: dict[int, tuple[int, ...]] = {}
    at = 16
    while at + 16 <= len(data):
        key, _, size, type = struct.unpack_from("=IIII", data, at)
        body = at + 16
        if type == CHOICE and size >= 16:
            length, type = struct.unpack_from("=II", data, body + 8)
            start = body + 16
        else:
            length, start = size, body
        if type in (ID, INT, RECTANGLE, FRACTION) and start + length <= len(data):
            found[key] = struct.unpack_from(f"={length // 4}I", data, start)
        at = body + size + -size % 8
    return found


def _pod(type: int, body: bytes) -> bytes:
    return struct.pack("=II", len(body), type) + body + b"\0" * (-len(body) % 8)
