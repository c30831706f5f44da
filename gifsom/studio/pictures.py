"""Pictures for the page: frames as files that a browser shows, exactly or small."""

from io import BytesIO

import numpy as np
from PIL import Image

from gifsom.core.frame import Mask, Pixels


def encoded(
    pixels: Pixels, mask: Mask | None = None, width: int | None = None, *, quick: bool = False
) -> tuple[bytes, str]:
    """A picture as a PNG, or `quick` or no wider than `width` as a JPEG where it is opaque; and its media type."""
    image = Image.fromarray(pixels)
    if mask is not None:
        image.putalpha(Image.fromarray(np.where(mask, np.uint8(0), np.uint8(255))))
    small = width is not None and width < image.width
    if small and width is not None:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.BOX)
    if (small or quick) and mask is None:
        return written(image, "JPEG", quality=80 if small else 93, subsampling=2 if small else 0), "image/jpeg"
    return written(image, "PNG", compress_level=0), "image/png"  # it goes no farther than to this machine's browser


def written(image: Image.Image, kind: str, **options: int) -> bytes:
    """A picture as a file of a kind that Pillow knows."""
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def strip(colors: list[str], height: int = 1) -> Image.Image:
    """Colors "#rrggbb" side by side, a pixel each."""
    row = np.array([[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in colors], np.uint8)
    return Image.fromarray(np.repeat(row[None], height, axis=0))
