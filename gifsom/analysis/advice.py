"""Proposals that make a GIF smaller, with their savings: counted in the file, by recoding, or by estimates of
conversions."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gifsom import sources
from gifsom.analysis.replay import Walk
from gifsom.conversion.optimize import optimize
from gifsom.conversion.pipeline import convert
from gifsom.core.errors import SettingError, SourceError
from gifsom.core.progress import Progress
from gifsom.core.source import Source
from gifsom.core.timing import nearest
from gifsom.core.values import TABLE
from gifsom.options.table import Options

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


def tried(path: Path, counted: Iterable[Advice], size: int, progress: Progress) -> Iterator[Advice]:
    """Savings of conversions of the GIF at `path`, of `size` bytes, each of which is made; and of what was counted in
    it, no more than coding it anew really saves: that is what does it.
    """
    with suppress(SettingError, SourceError), TemporaryDirectory(prefix="gifsom-") as folder:
        target = Path(folder, "tried.gif")  # one that is damaged, or larger than what is converted, is not tried
        exact = size - optimize(path, target, quality=100).bytes
        yield Advice("code it anew, as good as it is", exact)
        yield from (replace(one, saves=min(one.saves, exact)) for one in counted)
        trials = _trials(sources.open(path))
        for number, (text, options, asked) in enumerate(trials):
            progress("Trying", number, len(trials))
            saves = size - convert(path, target, **asked).bytes
            if saves > exact + WORTH * size:  # what costs something saves more than what costs nothing
                yield Advice(text, saves, options)
        progress("Trying", len(trials), len(trials))
        return
    yield from counted


def _trials(clip: Source) -> list[tuple[str, str, Options]]:
    """Trials of a clip: the advice, its options as typed, and as arguments."""
    rate, width = (clip.count or 0) / clip.duration, clip.size[0]
    slower, narrower = max(SLOWEST, nearest(rate / 2)), 2 * nearest(0.375 * width)
    trials: list[tuple[str, str, Options]] = [
        (f"lower the quality to {LOWER}", f"--quality {LOWER}", {"quality": LOWER, "overwrite": True})
    ]
    if slower < rate and (clip.count or 0) > 2:
        trials += [
            (
                f"at most {slower} frames a second instead of {rate:.3g}",
                f"--fps {slower}",
                {"fps": slower, "overwrite": True},
            )
        ]
    if narrower >= NARROWEST:
        trials += [
            (
                f"{narrower} pixels wide instead of {width}",
                f"--width {narrower}",
                {"width": narrower, "overwrite": True},
            )
        ]
    return trials


def ranked(advice: list[Advice], size: int) -> tuple[Advice, ...]:
    """Worthwhile proposals, the largest saving first."""
    worth = [one for one in advice if one.saves > 0 and one.saves >= WORTH * size]
    return tuple(sorted(worth, key=lambda one: -one.saves))
