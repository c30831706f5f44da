"""The methods by which a clip is edited, shown and saved: each reaches upwards, by an import inside of it.

An edit gives a new clip and changes nothing. What it does stands with the function of its name in `gifsom.edit`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from gifsom.clip import Clip, Rect
    from gifsom.conversion.pipeline import Result
    from gifsom.core.values import Color, Seconds


class Fluent:
    """What every `Clip` can do; there is no other one."""

    def cropped(self, rect: "Rect") -> "Clip":
        """The part `rect` of each picture, which lies inside of it. `crop` is for users, this one for sources to do."""
        from gifsom.edit.picture import Cropped

        return Cropped(self, rect)

    def scaled(self, size: tuple[int, int]) -> "Clip":
        """Each picture at `size`, width and height. `resize`, `fit` and `scale` are for users, this one for sources."""
        from gifsom.edit.picture import Scaled

        return Scaled(self, size)

    def trim(self, start: "Seconds" = 0.0, end: "Seconds | None" = None) -> "Clip":
        """The part from `start` to `end` (seconds, or a clock such as "1:05"); end None: to the clip's own end.

        >>> gifsom.open("fixtures/scene.mp4").trim(0.5, "0:02").duration
        1.5
        """
        from gifsom import edit

        return edit.trim(self, start, end)

    def resample(self, fps: float) -> "Clip":
        """At most `fps` frames a second, chosen as ffmpeg's `fps` filter does; a slower clip stays as it is.

        >>> len(list(gifsom.open("fixtures/scene.mp4").resample(10).frames()))
        30
        """
        from gifsom import edit

        return edit.resample(self, fps)

    def crop(self, area: "str | Rect | tuple[int, int, int, int]") -> "Clip":
        """The part "WxH+X+Y" of each picture; "auto": what is left without borders of one color.

        >>> gifsom.open("fixtures/scene.mp4").crop("200x100+40+60").size
        (200, 100)
        """
        from gifsom import edit

        return edit.crop(self, area)

    def resize(self, width: int | None = None, height: int | None = None) -> "Clip":
        """At most `width` pixels wide and `height` high; the other side follows. Never enlarged.

        >>> gifsom.open("fixtures/scene.mp4").resize(320).size, gifsom.open("fixtures/scene.mp4").resize(height=90).size
        ((320, 180), (160, 90))
        """
        from gifsom import edit

        return edit.resize(self, width, height)

    def fit(self, box: "str | tuple[int, int]") -> "Clip":
        """As large as fits into "WxH", never distorted and never enlarged.

        >>> gifsom.open("fixtures/scene.mp4").fit("300x300").size
        (300, 169)
        """
        from gifsom import edit

        return edit.fit(self, box)

    def scale(self, factor: float) -> "Clip":
        """Both sides times `factor`; pixel art keeps its pixels.

        >>> gifsom.open("fixtures/sprite.gif").scale(2).size
        (128, 96)
        """
        from gifsom import edit

        return edit.scale(self, factor)

    def rotate(self, degrees: int) -> "Clip":
        """Turned clockwise by 90, 180 or 270 degrees; -90 is to the left.

        >>> gifsom.open("fixtures/scene.mp4").rotate(90).size
        (360, 640)
        """
        from gifsom import edit

        return edit.rotate(self, degrees)

    def flip(self, direction: str) -> "Clip":
        """ "horizontal": left and right change places; "vertical": top and bottom do.

        >>> gifsom.open("fixtures/scene.mp4").flip("horizontal").size
        (640, 360)
        """
        from gifsom import edit

        return edit.flip(self, direction)

    def grayscale(self) -> "Clip":
        """Without color.

        >>> len(set(next(gifsom.open("fixtures/scene.mp4").grayscale().frames()).pixels[9, 9].tolist()))
        1
        """
        from gifsom import edit

        return edit.grayscale(self)

    def brightness(self, factor: float) -> "Clip":
        """All levels times `factor`, 0 to 10; 1 leaves them as they are.

        >>> int(next(gifsom.open("fixtures/scene.mp4").brightness(0).frames()).pixels.max())
        0
        """
        from gifsom import edit

        return edit.brightness(self, factor)

    def contrast(self, factor: float) -> "Clip":
        """Differences from a middle gray times `factor`, 0 to 10.

        >>> int(next(gifsom.open("fixtures/scene.mp4").contrast(0).frames()).pixels.max())
        128
        """
        from gifsom import edit

        return edit.contrast(self, factor)

    def saturation(self, factor: float) -> "Clip":
        """Differences from gray times `factor`, 0 to 10: 0 is without color.

        >>> len(set(next(gifsom.open("fixtures/scene.mp4").saturation(0).frames()).pixels[9, 9].tolist()))
        1
        """
        from gifsom import edit

        return edit.saturation(self, factor)

    def caption(
        self,
        text: str,
        position: str = "bottom",
        size: int | None = None,
        start: "Seconds" = 0.0,
        end: "Seconds | None" = None,
        outline: int | None = None,
        color: "str | Color" = "white",
    ) -> "Clip":
        """Text over the pictures, from `start` to `end`; see `gifsom.edit.caption`.

        >>> gifsom.open("fixtures/scene.mp4").caption("Hello", start=1, end=2).duration
        3.0
        """
        from gifsom import edit

        return edit.caption(self, text, position, size, start, end, outline, color)

    def progress_bar(self, color: "str | Color" = "white", height: int | None = None) -> "Clip":
        """A bar along the bottom, as long as the part that has been shown; `height` in pixels.

        >>> next(gifsom.open("fixtures/scene.mp4").progress_bar("#ffcc00").frames()).pixels[-1, 0].tolist()
        [255, 204, 0]
        """
        from gifsom import edit

        return edit.progress_bar(self, color, height)

    def blur(
        self,
        area: "str | Rect | tuple[int, int, int, int]",
        start: "Seconds" = 0.0,
        end: "Seconds | None" = None,
    ) -> "Clip":
        """The part "WxH+X+Y" made unreadable from `start` to `end`.

        >>> gifsom.open("fixtures/scene.mp4").blur("200x24+30+40").size
        (640, 360)
        """
        from gifsom import edit

        return edit.blur(self, area, start, end)

    def limit_idle(self, seconds: float) -> "Clip":
        """Stretches in which nothing changes last `seconds` at most, 0.1 or more; what follows moves up.

        >>> gifsom.open("fixtures/cards.mkv").trim(0, 0.5).hold_last(4).limit_idle(1).duration < 2
        True
        """
        from gifsom import edit

        return edit.limit_idle(self, seconds)

    def hold_last(self, seconds: float) -> "Clip":
        """The last frame lasts `seconds` at least.

        >>> gifsom.open("fixtures/cards.mkv").hold_last(2).duration
        3.9
        """
        from gifsom import edit

        return edit.hold_last(self, seconds)

    def speed(self, factor: float) -> "Clip":
        """`factor` times as fast, 0.01 to 100.

        >>> gifsom.open("fixtures/scene.mp4").speed(1.5).duration
        2.0
        """
        from gifsom import edit

        return edit.speed(self, factor)

    def fast_forward(self, start: "Seconds", end: "Seconds", factor: float, badge: bool = False) -> "Clip":
        """The stretch from `start` to `end` `factor` times as fast; with a badge, it says so in a corner.

        >>> gifsom.open("fixtures/scene.mp4").fast_forward(1, 3, 4).duration
        1.5
        """
        from gifsom import edit

        return edit.fast_forward(self, start, end, factor, badge)

    def reverse(self) -> "Clip":
        """Backward.

        >>> round(gifsom.open("fixtures/sprite.gif").reverse().duration, 2)
        0.86
        """
        from gifsom import edit

        return edit.reverse(self)

    def boomerang(self) -> "Clip":
        """Forward and then backward; the frames at both ends are shown once.

        >>> len(list(gifsom.open("fixtures/sprite.gif").boomerang().frames()))
        22
        """
        from gifsom import edit

        return edit.boomerang(self)

    def loop_smooth(self, seconds: float = 0.0) -> "Clip":
        """Cut where it loops best; the last `seconds` are cross-faded into what comes before the cut.

        >>> gifsom.open("fixtures/scene.mp4").loop_smooth().duration
        3.0
        """
        from gifsom import edit

        return edit.loop_smooth(self, seconds)

    def drop_duplicates(self) -> "Clip":
        """Without frames that look like the one before.

        >>> len(list(gifsom.open("fixtures/cards.mkv").drop_duplicates().frames()))
        20
        """
        from gifsom import edit

        return edit.drop_duplicates(self)

    def trim_still(self) -> "Clip":
        """Without what is still at the beginning and at the end.

        >>> gifsom.open("fixtures/cards.mkv").hold_last(5).trim_still().duration
        2.0
        """
        from gifsom import edit

        return edit.trim_still(self)

    def save(self, path: "str | Path", **options: Any) -> "Result":
        """Write a GIF; options as for `gifsom.convert`.

        >>> gifsom.open("fixtures/sprite.gif").save("copy.gif").frames
        12
        """
        from gifsom.conversion import pipeline

        return pipeline.convert(self, path, **options)

    def _repr_html_(self) -> str | None:
        """For a notebook: the first seconds as a small GIF."""
        from gifsom.interop.notebook import preview

        return preview(self)
