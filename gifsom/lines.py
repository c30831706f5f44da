"""What the command line says of results: lines of text, made here and printed there."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gifsom.errors import printable

if TYPE_CHECKING:
    from gifsom.fit import Fit
    from gifsom.info import Info
    from gifsom.pipeline import Estimate, Result
    from gifsom.shrink import Optimized
    from gifsom.study import Study

ERROR = "OKLab x 100: 1 is hardly seen"
"""What a mean error is."""


def conversion(result: "Result") -> str:
    """Of a GIF that was made."""
    colors = count(result.colors, "color")
    if result.tables > 1:
        colors += f" in {result.tables} tables"
    colors += f", {coding(result.exact, result.quality)}"
    length = f"{result.seconds:.2f} s"
    if result.shortfall is not None:
        length += f" ({result.shortfall.amount} could be read)"
    return (
        f"{printable(result.path)}: {amount(result.bytes)}, {result.size[0]}x{result.size[1]} pixels,"
        f" {count(result.frames, 'frame')}, {length}, {colors}, made in {result.elapsed:.1f} s" + fit(result.fit)
    )


def estimate(source: str, found: "Estimate") -> str:
    """Of a GIF that was not made."""
    quality = coding(False, found.quality)
    return (
        f"{printable(source)}: about {amount(found.bytes)}, {found.size[0]}x{found.size[1]} pixels,"
        f" {found.seconds:.2f} s, {quality}, mean error {found.error:.2f} ({ERROR}), estimated in {found.elapsed:.1f} s"
        + fit(found.fit)
    )


def optimization(source: str, found: "Optimized") -> str:
    """Of a GIF that was made smaller, or not."""
    new = f"{printable(found.path)}: {amount(found.bytes)}"
    if found.same:
        return f"{new}, a copy of {printable(source)}: what was made of it is no smaller"
    share = f"{100 * found.bytes / found.before:.0f} % of {amount(found.before)}"
    return f"{new}, {share}, {coding(found.exact, found.quality)}, made in {found.elapsed:.1f} s" + fit(found.fit)


def coding(exact: bool, quality: float | None) -> str:
    """How good a GIF is."""
    return "exact" if exact else "nearest colors" if quality is None else f"quality {quality:.0f}"


def fit(found: "Fit | None") -> str:
    """Of what was done so that a GIF fits, to stand behind the rest; empty where no size was asked."""
    if found is None:
        return ""
    done = [
        None if found.quality is None else f"quality {found.quality:.0f}",
        None if found.fps is None else f"{found.fps:g} fps",
        None if found.width is None else f"{found.width} wide",
    ]
    what = ", ".join(part for part in done if part) or "nothing is lowered"
    return f"; to fit {amount(found.limit)}: {what}"


def palette(written: Sequence[Path], found: "Study") -> str:
    """Of a palette that was learned, and the files that were made of it."""
    names = ", ".join(map(printable, written))
    what = f"{count(len(found.palette), 'color')}, mean error {found.error:.2f} ({ERROR})"
    return f"{names}: {what}, made in {found.elapsed:.1f} s"


def description(path: Path, found: "Info") -> Iterator[str]:
    """Of what is in a GIF."""
    sizes = sorted(frame.bytes for frame in found.frames)
    delays = sorted({frame.delay for frame in found.frames})
    yield f"{printable(path)}: {amount(found.bytes)}, {found.width}x{found.height} pixels"
    yield f"frames   {len(found.frames)}, {found.duration:.2f} s in all"
    if delays:
        shown = ", ".join(f"{delay / 100:g}" for delay in delays[:8]) + (", …" if len(delays) > 8 else "")
        yield f"delays   {shown} s"
    plays = "for ever" if found.plays == 0 else "once" if found.plays == 1 else f"{found.plays} times"
    yield f"plays    {plays}"
    own = sum(frame.colors is not None for frame in found.frames)
    table = "no common palette" if found.colors is None else f"{found.colors} colors for all"
    yield f"palette  {table}" + (f", {count(own, 'frame')} with a palette of its own" if own else "")
    if not found.complete:
        yield "the file is cut off: it has no end"
    if sizes:
        middle, most = sizes[len(sizes) // 2], found.frames.index(max(found.frames, key=lambda frame: frame.bytes))
        yield f"bytes    {sizes[0]} to {sizes[-1]} a frame, {middle} in the middle; frame {most + 1} is the largest"


def count(number: int, noun: str) -> str:
    """Such as "1 frame" or "2 frames"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def amount(size: int) -> str:
    """Such as "1.47 MB"."""
    for unit, scale in (("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.{2 if size < 10 * scale else 1}f} {unit}"
    return f"{size} bytes"
