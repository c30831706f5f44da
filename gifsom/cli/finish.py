"""From a recording to its GIF, on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifsom.cli import text
from gifsom.cli.common import FAILED, Ended, complain, progress_bars, remark, tell_shortfall
from gifsom.core.errors import GifsomError, printable
from gifsom.recorder.notify import notify

if TYPE_CHECKING:
    from gifsom.conversion.live import LiveConversion
    from gifsom.core.result import Result


def finish_recording(
    path: Path, target: Path, keep: bool, quiet: bool, options: dict[str, Any], live: "LiveConversion | None" = None
) -> "Result":
    """Make the GIF, and say so, on the desktop, too; whatever is wrong, say that, and how to do it later."""
    from gifsom.conversion.recording import beside, finish

    try:
        with progress_bars(quiet) as progress:
            result = finish(path, target, keep=keep, live=live, progress=progress, **options)
    except GifsomError as error:
        complain(str(error))
        tell_kept(path)
        raise Ended(FAILED) from None
    tell_shortfall(str(path), result.shortfall)
    if not quiet:
        print(text.conversion(result))
        notify(result.path.name, text.made(result))
        if keep:
            print(f"{printable(beside(target))}: the recording, for `gifsom convert`")
    tell_kept(path)
    return result


def tell_outlook(path: Path, seconds: float, target: Path, options: dict[str, Any]) -> None:
    """Say of a recording of so many seconds, if that is long, what its GIF will be like, and what would be smaller."""
    from gifsom.conversion.recording import LONG, outlook

    if seconds < LONG or target.suffix.lower() != ".gif" or options.get("max_size") is not None:
        return
    try:
        expected = outlook(path, options)
    except GifsomError:  # the conversion will tell it
        return
    video = printable(target.with_suffix(".mp4"))
    remark(text.outlook(expected))
    remark(
        f"Ctrl-C keeps the recording: then gifsom recover {path.stem} {video} makes a video of it, {printable(target)}"
        " --max-size 10MB a GIF as small as that, and --idle-limit 1 cuts what stands still"
    )


def tell_kept(path: Path) -> None:
    """Say of a recording that is still there how to get a GIF of it."""
    if path.exists():
        complain(f"the recording is kept: gifsom recover {path.stem} OUT.gif makes the GIF")
