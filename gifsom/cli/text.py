"""Results as lines of text for the command line, made here and printed elsewhere."""

from collections.abc import Iterator, Sequence
from math import ceil, isinf
from pathlib import Path
from typing import TYPE_CHECKING

from gifsom.core.errors import printable
from gifsom.core.values import TABLE

if TYPE_CHECKING:
    from gifsom.analysis.compare import Comparison
    from gifsom.analysis.explain import Explanation
    from gifsom.analysis.palette import Study
    from gifsom.conversion.pipeline import Estimate
    from gifsom.conversion.recording import Outlook
    from gifsom.core.result import Fit, Result
    from gifsom.gif.reader import Info
    from gifsom.recorder.capture import Stats
    from gifsom.recorder.doctor import Finding
    from gifsom.recorder.recorder import Kept, Recorder
    from gifsom.recorder.types import Monitor, Window

ERROR = "1 is hardly seen"
"""Explanation of a mean error."""

SEEN = (
    (0.5, "looks like its source"),
    (1.0, "hardly differs from its source"),
    (2.0, "differs a little from its source"),
    (float("inf"), "differs visibly from its source"),
)
"""Words for mean errors up to a limit each, in OKLab x 100."""

BARS = 40
"""Bars of frames that are shown at most."""


def conversion(result: "Result", verbose: bool = False) -> str:
    """Of a GIF that was made; `verbose`: with its color tables."""
    how = "a copy: nothing smaller would be exact" if result.copied else coding(result.exact, result.quality)
    colors = []
    if result.colors is not None and (verbose or result.colors <= TABLE):
        tables = f" in {result.tables} tables" if verbose and result.tables > 1 else ""
        colors.append(count(result.colors, "color") + tables)
    length = f"{result.seconds:.2f} s"
    if result.shortfall is not None:
        length += f" ({result.shortfall.amount} could be read)"
    return (
        f"{printable(result.path)}: {amount(result.bytes)}, {result.size[0]}x{result.size[1]} pixels,"
        f" {count(result.frames, 'frame')}, {length}{', without sound' if result.muted else ''},"
        f" {', '.join([*colors, how])}, made in {result.elapsed:.1f} s"
        + fit(result.fit)
        + "".join(f"; {note}" for note in notes(result))
    )


def made(result: "Result") -> str:
    """Of a GIF that was made, for somebody who looks elsewhere."""
    return f"{amount(result.bytes)}, {result.size[0]}x{result.size[1]} pixels, {result.seconds:.1f} s"


def outlook(found: "Outlook") -> str:
    """Of the GIF of a long recording that will be made."""
    minutes, seconds = divmod(round(found.seconds), 60)
    size, time = amount(found.bytes), span(found.elapsed)
    return f"the GIF of {minutes}:{seconds:02} will have some {size}, and takes up to {time} to make"


def span(seconds: float) -> str:
    """Such as "40 s" or "3 min"."""
    return f"{ceil(seconds)} s" if seconds < 90 else f"{ceil(seconds / 60)} min"


def notes(result: "Result") -> Iterator[str]:
    """Of edits that did something of their own, and of what became of a clip that nobody asked for."""
    yield from result.notes
    full = result.full_size
    if full is not None and (result.fit is None or result.fit.width is None):
        yield f"made smaller from {full[0]}x{full[1]} (--width {full[0]} keeps that)"


def estimate(source: str, found: "Estimate", verbose: bool = False) -> str:
    """Of a GIF that was not made; `verbose`: with the figure of its error."""
    quality = coding(False, found.quality)
    looks = next(words for limit, words in SEEN if found.error < limit)
    if verbose:
        looks += f" (mean error {found.error:.2f}, OKLab x 100: {ERROR})"
    return (
        f"{printable(source)}: about {amount(found.bytes)}, {found.size[0]}x{found.size[1]} pixels,"
        f" {found.seconds:.2f} s, {quality}, {looks}, estimated in {found.elapsed:.1f} s" + fit(found.fit)
    )


def optimization(source: str, found: "Result") -> str:
    """Of a GIF that was made smaller, or not."""
    new = f"{printable(found.path)}: {amount(found.bytes)}"
    if found.copied and printable(found.path) == printable(source):
        return f"{new}, left as it was: what was made of it is no smaller"
    if found.copied:
        return f"{new}, a copy of {printable(source)}: what was made of it is no smaller"
    assert found.source_bytes is not None  # `optimize` says it
    share = f"{100 * found.bytes / found.source_bytes:.0f} % of {amount(found.source_bytes)}"
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


def export(found: "Result") -> str:
    """Of a file in another format than GIF, or of a folder of frames."""
    size = f"{found.size[0]}x{found.size[1]} pixels, {count(found.frames, 'frame')}, {found.seconds:.2f} s"
    how = ", lossless" if found.exact else ""
    told = "".join(f"; {note}" for note in notes(found))
    return f"{printable(found.path)}: {amount(found.bytes)}, {size}{how}{told}"


def comparison(source: str, output: str, found: "Comparison") -> Iterator[str]:
    """Of how far an output is from its source."""
    for name, size, length in (
        (source, found.source_size, found.source_bytes),
        (output, found.size, found.bytes),
    ):
        yield f"{printable(name)}: {size[0]}x{size[1]} pixels" + ("" if length is None else f", {amount(length)}")
    yield f"frames  {found.frames} compared, each with the source's of its time"
    yield f"error   {found.error:.2f} in the mean, {found.worst.error:.2f} in the worst frame ({ERROR})"
    yield "PSNR    " + ("infinite: no pixel differs" if isinf(found.psnr) else f"{found.psnr:.1f} dB")
    yield f"SSIM    {found.ssim:.4f} in the mean, {found.worst.ssim:.4f} in the worst frame"
    yield f"worst   frame {found.worst.number}, at {found.worst.time:.2f} s"


def explanation(found: "Explanation", columns: int, mark: str) -> Iterator[str]:
    """Of where the bytes of a GIF are, `columns` wide; bars are drawn with `mark`."""
    size = f"{found.size[0]}x{found.size[1]} pixels, {count(len(found.images), 'frame')}, {found.seconds:.2f} s"
    yield f"{printable(found.path)}: {amount(found.bytes)}, {size}"
    if not found.complete:
        yield "the file is damaged or cut off: this is what can be read"
    yield ""
    for name, part in sorted(found.parts.items(), key=lambda item: -item[1]):
        if part:
            bar = mark * round(part / found.bytes * max(0, columns - 42))
            yield f"{name:18}  {amount(part):>10}  {100 * part / found.bytes:5.1f} %  {bar}".rstrip()
    yield ""
    yield from _frames(found, columns, mark)
    yield ""
    common = (
        f"{found.used} of {found.entries} entries of the common one are used" if found.entries else "none in common"
    )
    yield f"palette  {common}" + (
        f"; {count(found.tables, 'frame')} with palettes of their own" if found.tables else ""
    )
    share = 100 * found.busiest.width * found.busiest.height / (found.size[0] * found.size[1])
    where = f"{found.busiest.width}x{found.busiest.height}+{found.busiest.left}+{found.busiest.top}"
    yield f"places   half of the image data is spent in {where}, {share:.0f} % of the picture"
    yield ""
    yield from _advice(found)


def _frames(found: "Explanation", columns: int, mark: str) -> Iterator[str]:
    """A bar a frame; where there are many, a bar for some in a row."""
    sizes = [image.bytes for image in found.images]
    group = -(-len(sizes) // BARS)
    sums = [sum(sizes[i : i + group]) for i in range(0, len(sizes), group)]
    yield "frames     at" if group == 1 else f"frames     at, {group} in a bar"
    for i, total in enumerate(sums):
        bar = mark * round(total / max(sums) * max(0, columns - 32))
        yield f"{i * group + 1:6}  {found.images[i * group].start:7.2f} s  {amount(total):>11}  {bar}".rstrip()
    largest = sorted(range(len(sizes)), key=sizes.__getitem__, reverse=True)[:3]
    told = ", ".join(f"{i + 1} at {found.images[i].start:.2f} s ({amount(sizes[i])})" for i in largest)
    yield f"largest  {told}"


def _advice(found: "Explanation") -> Iterator[str]:
    if not found.advice:
        yield "nothing that was tried makes it smaller"
        return
    yield "what would make it smaller, each by itself:"
    for one in found.advice:
        command = f"convert {one.options}" if one.options else "optimize --quality 100"
        yield f"{-100 * one.saves / found.bytes:5.0f} %  {amount(one.saves):>10}  {one.text} (gifsom {command})"


TITLE = 20
"""Characters of a window's title in the line of a recording, which is to fit in 80."""


def recording(recorder: "Recorder", keys: Sequence[str]) -> str:
    """Of a recording that goes on; `keys` end it."""
    state = "paused   " if recorder.paused else "recording"
    name, window, stats = "", recorder.window, recorder.stats
    if window is not None:
        title = window.title or window.program
        name = f'"{printable(title if len(title) <= TITLE else title[: TITLE - 1] + "…")}" '
    return f"{state} {name}{lasting(stats)}, {amount(stats.bytes)}   {listed(keys)} ends it"


def listed(words: Sequence[str]) -> str:
    """Such as "Enter, Ctrl-C or `gifsom stop`"."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def recorded(stats: "Stats", reason: str) -> str:
    """Of a recording that is over."""
    return f"recorded {going(stats)}; {reason}"


def going(stats: "Stats") -> str:
    """How long a recording is, and what it takes."""
    return f"{lasting(stats)}, {count(stats.captured, 'picture')}, {amount(stats.bytes)}"


def lasting(stats: "Stats") -> str:
    """How long a recording is, and what is missing of it."""
    minutes, seconds = divmod(stats.seconds, 60)
    return f"{minutes:.0f}:{seconds:04.1f}" + (f", {stats.dropped} dropped" if stats.dropped else "")


def kept(found: "Kept") -> str:
    """Of a recording that did not become a GIF."""
    name = printable(found.path.stem)
    if found.spool is None:
        return f"{name}  {amount(found.bytes)}, cannot be read ({found.trouble})"
    spool = found.spool
    how = "not yet a GIF" if spool.ended else "cut off"
    return f"{name}  {spool.duration:.1f} s, {spool.size[0]}x{spool.size[1]} pixels, {amount(found.bytes)}, {how}"


def monitor(found: "Monitor") -> str:
    """Of a monitor."""
    from gifsom.core.region import region_text  # here: numpy comes with it

    primary = "  primary" if found.primary else ""
    return f"{found.number}  {region_text(found.rect)}{primary}  {printable(found.name)}".rstrip()


def window(found: "Window") -> str:
    """Of a window."""
    from gifsom.core.region import region_text

    active = "  active" if found.active else ""
    return f"{printable(found.title)}  ({printable(found.program)})  {region_text(found.rect)}{active}"


def finding(found: "Finding") -> str:
    """Of what was examined."""
    mark = {True: "ok     ", None: "perhaps", False: "NOT    "}[found.ok]
    return f"{mark}  {found.name}: {found.text}"


def left(seconds: float) -> str:
    """Time that a stage still takes, rounded up to seconds."""
    minutes, rest = divmod(ceil(seconds), 60)
    return f"{minutes} min {rest} s left" if minutes else f"{rest} s left"


def count(number: int, noun: str) -> str:
    """Such as "1 frame" or "2 frames"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def amount(size: int) -> str:
    """Such as "1.47 MB"."""
    for unit, scale in (("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:.{2 if size < 10 * scale else 1}f} {unit}"
    return f"{size} bytes"
