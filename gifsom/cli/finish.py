"""From a recording to its GIF, on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifsom.cli import text
from gifsom.cli.common import FAILED, Ended, complain, progress_bars, tell_shortfall
from gifsom.core.errors import GifsomError, printable

if TYPE_CHECKING:
    from gifsom.conversion.live import LiveConversion


def finish_recording(
    path: Path, target: Path, keep: bool, quiet: bool, options: dict[str, Any], live: "LiveConversion | None" = None
) -> None:
    """Make the GIF; whatever is wrong, say so, and how to do it later."""
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
        if keep:
            print(f"{printable(beside(target))}: the recording, for `gifsom convert`")
    tell_kept(path)


def tell_kept(path: Path) -> None:
    """Say of a recording that is still there how to get a GIF of it."""
    if path.exists():
        complain(f"the recording is kept: gifsom recover {path.stem} OUT.gif makes the GIF")
