"""Proposals that make a GIF smaller, with their savings: counted in the file, by recoding, or by estimates of
conversions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from gifsom.analysis.replay import Walk
from gifsom.conversion import pipeline
from gifsom.core.errors import SettingError, SourceError
from gifsom.core.progress import Progress
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import TABLE

LOWER: Final = 60
"""The quality that is tried."""

SLOWEST, NARROWEST = 8, 160
"""Lowest frame rate, and smallest width in pixels, that are proposed."""

WORTH: Final = 0.005
"""Smallest saving of a proposal, as a part of the file."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A way to make the GIF smaller.

    text     what to do
    saves    bytes, alone: several together save less than their sum
    options  of `gifsom convert`; None: `gifsom optimize --quality 100` does it
    """

    text: str
    saves: int
    options: str | None = None


def counted(found: Walk, parts: dict[str, int], entries: int) -> Iterator[Advice]:
    """Proposals that follow from the file itself."""
    yield Advice("leave out comments and other extensions", parts["comments"] + parts["other extensions"])
    yield Advice("leave out what cannot be read", parts["unreadable"])
    used = int(found.common.nonzero()[0].max(initial=0)) + 2  # one more for "unchanged"
    if entries:
        yield Advice(f"cut the common palette, of whose {entries} entries {used - 1} matter", _cut(entries, used))
    if len(found.uses) < TABLE and parts["palettes of frames"]:
        grown = 3 * (max(entries, 1 << len(found.uses).bit_length()) - entries)
        text = f"one palette for all frames: they have {len(found.uses)} colors together"
        yield Advice(text, parts["palettes of frames"] - grown)
    else:
        yield Advice("leave out palettes that are those of the frame before", found.twins)
    same = [image for image in found.images if image.same]
    what = "a frame that changes" if len(same) == 1 else f"{len(same)} frames that change"
    yield Advice(f"leave out {what} nothing", sum(image.bytes for image in same))
    saved, there = found.spared
    stored = sum(image.stored for image in found.images[1:])
    if there and stored:
        data = sum(image.bytes - image.table for image in found.images[1:] if not image.same)
        share = 100 * sum(image.unchanged for image in found.images[1:]) / stored
        text = f"make transparent what does not change: {share:.0f} % of the pixels behind the first frame"
        yield Advice(text, round(data * saved / there))


def _cut(entries: int, used: int) -> int:
    return max(0, 3 * (entries - (1 << max(1, (used - 1).bit_length()))))


def estimated(clip: Source, size: int, progress: Progress) -> Iterator[Advice]:
    """Proposals of conversions, with their savings of `size` bytes by `gifsom.estimate`."""
    rate, width = (clip.count or 0) / clip.duration, clip.size[0]
    slower, narrower = max(SLOWEST, nearest(rate / 2)), 2 * nearest(0.375 * width)
    trials: list[tuple[str, str | None, dict[str, Any]]] = [("code it anew, as good as it is", None, {"quality": 100})]
    trials += [(f"lower the quality to {LOWER}", f"--quality {LOWER}", {"quality": LOWER})]
    if slower < rate and (clip.count or 0) > 2:
        trials += [(f"at most {slower} frames a second instead of {rate:.3g}", f"--fps {slower}", {"fps": slower})]
    if narrower >= NARROWEST:
        trials += [(f"{narrower} pixels wide instead of {width}", f"--width {narrower}", {"width": narrower})]
    exact = 0
    for number, (text, options, asked) in enumerate(trials):
        progress("Estimating", number, len(trials))
        try:
            expected = pipeline.estimate(clip, **asked)
        except (SettingError, SourceError):  # damaged, or too large to convert
            continue
        saves = size - expected.bytes
        if options is None:
            exact = saves
        if options is None or saves > exact + WORTH * size:  # a lossy proposal must save more than the lossless one
            yield Advice(text, saves, options)
    progress("Estimating", len(trials), len(trials))


def ranked(advice: list[Advice], size: int) -> tuple[Advice, ...]:
    """Worthwhile proposals, the largest saving first."""
    worth = [one for one in advice if one.saves > 0 and one.saves >= WORTH * size]
    return tuple(sorted(worth, key=lambda one: -one.saves))
