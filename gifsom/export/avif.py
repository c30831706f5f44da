"""Animated AVIF, by Pillow: its encoder keeps the compressed frames, and gets the pictures one by one."""

from io import BytesIO
from typing import Final

from PIL import features

from gifsom.core.errors import TargetUnwritable, printable
from gifsom.core.files import replacing
from gifsom.core.result import Result
from gifsom.core.values import QUALITY
from gifsom.export.base import Order, Reel, pictures, summarize

SPEED: Final = 8
"""Of the encoder, 0 to 10: slower ones take several times as long for a few percent."""


def write_avif(order: Order) -> Result:
    if not features.check("avif"):
        raise TargetUnwritable(f"{printable(order.path)}: this Pillow writes no AVIF: pip install --upgrade pillow")
    found = summarize(order)
    with replacing(order.path, order.overwrite) as stream:
        data = BytesIO()
        Reel(pictures(order, found), len(found.lengths)).save(
            data,
            "AVIF",
            save_all=True,
            duration=found.lengths,
            quality=QUALITY if order.quality is None else order.quality,
            speed=SPEED,
        )
        stream.write(data.getbuffer())
    return order.result(data.tell(), len(found.lengths), exact=False, muted=order.clip.sound)
