"""Animated WebP, by Pillow: its encoder keeps the compressed frames, and gets the pictures one by one."""

from io import BytesIO
from typing import Final

from gifsom.core.errors import SettingError, printable
from gifsom.core.files import replacing
from gifsom.core.result import Result
from gifsom.core.values import QUALITY
from gifsom.export.base import Order, Reel, pictures, summarize

WEBP_SIDE: Final = 16_383
"""Longest side of a WebP in pixels."""


def write_webp(order: Order) -> Result:
    if max(order.clip.size) > WEBP_SIDE:
        raise SettingError(f"{printable(order.path)}: a side of a WebP ends at {WEBP_SIDE} pixels")
    found = summarize(order)
    lossless = order.quality == 100 or (order.quality is None and found.few)
    with replacing(order.path, order.overwrite) as stream:
        data = BytesIO()
        Reel(pictures(order, found), len(found.lengths)).save(
            data,
            "WEBP",
            save_all=True,
            duration=found.lengths,
            loop=order.plays,
            lossless=lossless,
            quality=QUALITY if lossless or order.quality is None else order.quality,  # of lossless ones: the effort
            method=4,
        )
        stream.write(data.getbuffer())
    return order.result(data.tell(), len(found.lengths), exact=lossless)
