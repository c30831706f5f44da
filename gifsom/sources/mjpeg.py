"""Motion JPEG: one JPEG right after the other, as cameras send them. Its beginning is that of a single picture."""

import mmap
import os
from pathlib import Path
from typing import Final

DEMUXER: Final = ("-f", "mjpeg")
"""Options with which ffmpeg reads such a stream."""

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_SOS, _APP2 = 0xDA, 0xE2


def is_motion_jpeg(path: os.PathLike[str]) -> bool:
    """Whether a file that is not empty is such a stream: a JPEG begins where the first one ends (ITU-T T.81, B.1.1).

    A picture followed by others, such as previews, says so in its header (CIPA DC-007), and is a picture.
    """
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:2] != _SOI:
            return False
        at = 2
        while len(segment := data[at : at + 8]) == 8 and segment[0] == 0xFF and segment[1] != _SOS:
            if segment[1] == _APP2 and segment[4:8] == b"MPF\0":
                return False
            at += 2 + int.from_bytes(segment[2:4])
        end = data.find(_EOI, at)
        return end >= 0 and data[end + 2 : end + 4] == _SOI
