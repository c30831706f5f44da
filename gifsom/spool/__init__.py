"""The log of a recording: `SpoolWriter` writes it, `Spool` reads it, `gifsom.spool.record` defines its format."""

from gifsom.spool.follow import FollowedSpool
from gifsom.spool.pack import same_pixels
from gifsom.spool.reader import Spool
from gifsom.spool.record import End, Event, Gap, Heartbeat, Picture, is_recording
from gifsom.spool.writer import SpoolWriter

__all__ = [
    "End",
    "Event",
    "FollowedSpool",
    "Gap",
    "Heartbeat",
    "Picture",
    "Spool",
    "SpoolWriter",
    "is_recording",
    "same_pixels",
]
