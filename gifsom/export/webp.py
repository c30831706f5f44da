"""Animated WebP, by Pillow: its encoder keeps the compressed frames, and gets the pictures one by one."""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from PIL import Image

from gifsom.core.errors import SettingError, printable
from gifsom.core.files import replacing
from gifsom.core.result import Result
from gifsom.core.values import QUALITY
from gifsom.export.base import Order, pictures, summarize

WEBP_SIDE: Final = 16_383
"""Longest side of a WebP in pixels."""


class Reel(Image.Image):
    """A sequence of pictures as the frames of one image, as Pillow's writers ask for them."""

    def __init__(self, pictures: Iterator[Image.Image], count: int) -> None:
        super().__init__()
        self.n_frames = count
        self.pictures = pictures
        self._at = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Forward only; a seek back to the start, with which writers end, does nothing."""
        while self._at < frame:
            picture = next(self.pictures)
            self.im, self._mode, self._size = picture.im, picture.mode, picture.size
            self._at += 1

    def tell(self) -> int:
        return 0


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
