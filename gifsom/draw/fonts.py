"""Fonts of the system: found by name with fontconfig, or in the usual folders, and by the letters that they have."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias, cast
from unicodedata import category

from PIL import Image, ImageDraw, ImageFont

from gifsom.core.errors import SettingError, printable

FONTS: Final = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "segoeui.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "wqy-zenhei.ttc",
    "msyh.ttc",
    "malgun.ttf",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "seguisym.ttf",
    "NotoSansSymbols2-Regular.ttf",
    "NotoColorEmoji.ttf",
    "seguiemj.ttf",
    "Apple Color Emoji.ttc",
)
"""Fonts of Linux, Windows and macOS; the first available one that has all letters is used."""

BOLD: Final = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "LiberationSans-Bold.ttf", "segoeuib.ttf", "Arial Bold.ttf")
"""Bold fonts, which stay legible inside an outline."""

WEIGHTS: Final = {"thin": 0, "light": 50, "regular": 80, "medium": 100, "semibold": 180, "bold": 200, "black": 210}
"""Weights by name, as fontconfig counts them."""

CSS: Final = {"thin": 100, "light": 300, "regular": 400, "medium": 500, "semibold": 600, "bold": 700, "black": 900}
"""The same, as fonts of variable weight count them."""

STRIKES: Final = (109, 160, 136)
"""Sizes in pixels of fonts that consist of pictures, such as Noto Color Emoji and Apple Color Emoji."""

NOWHERE: Final = "\uffff"
"""A code point without a glyph in any font: its picture is a font's placeholder for missing letters."""

SOUGHT: Final = 6
"""Missing letters, at most, for which all fonts are asked: the rest are mostly of the same script."""

FOLDERS: Final = {
    "win32": (r"%WINDIR%\Fonts", r"%LOCALAPPDATA%\Microsoft\Windows\Fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
}
"""Folders of fonts where there is no fontconfig."""

PACKAGES: Final = (
    (0x2E80, 0x9FFF, "fonts-noto-cjk"),
    (0xAC00, 0xD7AF, "fonts-noto-cjk"),
    (0xF900, 0xFAFF, "fonts-noto-cjk"),
    (0xFF00, 0xFFEF, "fonts-noto-cjk"),
    (0x20000, 0x3FFFF, "fonts-noto-cjk-extra"),
    (0x1F000, 0x1FAFF, "fonts-noto-color-emoji"),
    (0x2600, 0x27BF, "fonts-noto-color-emoji"),
)
"""First and last code point of scripts, and Debian's package of a font with them; fonts-noto-core has most others."""

Font: TypeAlias = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Face:
    """Fonts for one text: the first one has most of its letters, the others those that it lacks.

    size  height of the letters in pixels
    """

    fonts: tuple[Font, ...]
    size: int

    def runs(self, text: str) -> Iterator[tuple[str, Font, float]]:
        """The parts of a line that one font has, that font, and by how much its letters are scaled."""
        if len(self.fonts) == 1:
            yield text, self.fonts[0], self.size / self.fonts[0].size
            return
        part, font = "", self.fonts[0]
        for letter in text:
            if category(letter) in ("Cf", "Mn", "Me", "Sk"):
                part += letter  # it belongs to the letter before
                continue
            other = next((one for one in self.fonts if letter != " " and has(one, letter)), self.fonts[0])
            if part and other is not font:
                yield part, font, self.size / font.size
                part = ""
            part, font = part + letter, other
        yield part, font, self.size / font.size

    def length(self, text: str) -> float:
        """Width of a line in pixels."""
        if len(self.fonts) == 1:
            return self.fonts[0].getlength(text) * self.size / self.fonts[0].size
        return sum(font.getlength(part) * scale for part, font, scale in self.runs(text))

    @property
    def lowering(self) -> int:
        """Pixels by which a line has to come down for its capitals to stand in the middle of its height."""
        first = self.fonts[0]
        capital = -first.getbbox("H", anchor="ls")[1]
        scale = self.size / first.size
        return round(((sum(first.getmetrics()) + capital) / 2 - first.getmetrics()[0]) * scale)

    @property
    def line_height(self) -> int:
        """Pixels from one line of text to the next."""
        return round(sum(self.fonts[0].getmetrics()) * self.size / self.fonts[0].size)


@dataclass(frozen=True, slots=True)
class _Installed:
    file: str
    index: int
    families: tuple[str, ...]
    weight: float
    slanted: bool


def face(text: str, size: int, name: str | None = None, weight: str = "bold") -> Face:
    """The fonts of a text.

    Args:
        text: whose letters they have to have.
        size: of the letters in pixels.
        name: of a family, or the path of a file; None: a font of the usual ones that lacks the fewest letters; Pillow's
            own where the system has none.
        weight: one of WEIGHTS.

    Raises `SettingError` for a name that no font has.
    """
    if name is not None:
        first = named(name, size, weight)
    else:
        usual = _fullest(text, (*BOLD, *FONTS) if WEIGHTS[weight] > WEIGHTS["medium"] else FONTS)
        first = (None if usual is None else _load(usual, size)) or cast(Font, ImageFont.load_default(size))
    fonts = [first]
    while missing := lacking(Face(tuple(fonts), size), text):
        other = _fullest(missing, FONTS)
        found = None if other is None else _load(other, size)
        if found is None or len(lacking(Face((found,), size), missing)) == len(missing):
            found = next((one for letter in missing[:SOUGHT] for one in _with_letter(letter, size)), None)
        if found is None:
            break
        fonts.append(found)
    return Face(tuple(fonts), size)


def lacking(face: Face, text: str) -> str:
    """The letters, digits and signs of a text that no font of a face has."""
    seen = [letter for letter in dict.fromkeys(text) if category(letter)[0] in "LNPS" and letter != "\ufffd"]
    return "".join(letter for letter in seen if not any(has(font, letter) for font in face.fonts))


def packages(letters: str) -> str:
    """Debian's packages with fonts for some letters."""
    names = (
        next((name for first, last, name in PACKAGES if first <= ord(letter) <= last), "fonts-noto-core")
        for letter in letters
    )
    return ", ".join(dict.fromkeys(names))


@lru_cache(maxsize=4096)
def has(font: Font, letter: str) -> bool:
    """Whether a font has a letter."""
    return _picture(font, letter) != _picture(font, NOWHERE)


def _picture(font: Font, letter: str) -> bytes:
    if font.size not in STRIKES:
        return bytes(font.getmask(letter))
    image = Image.new("RGBA", (2 * round(font.size), 2 * round(font.size)))
    ImageDraw.Draw(image).text((0, 0), letter, font=font, embedded_color=True)
    return image.tobytes()


@lru_cache(maxsize=64)
def _load(name: str, size: int, index: int = 0) -> Font | None:
    """A font by the path or the name of its file; one that consists of pictures at the size that it has."""
    for pixels in (size, *STRIKES):
        with suppress(OSError):
            return ImageFont.truetype(name, pixels, index)
    return None


@lru_cache(maxsize=16)
def _fullest(text: str, names: tuple[str, ...]) -> str | None:
    """The first of some fonts that lacks the fewest letters of a text; None where the system has none of them."""
    best, fewest = None, len(text) + 1
    for name in names:
        font = _load(name, 16)
        if font is None:
            continue
        missing = len(lacking(Face((font,), 16), text))
        if missing < fewest:
            best, fewest = name, missing
        if not missing:
            break
    return best


@lru_cache(maxsize=16)
def named(name: str, size: int, weight: str) -> Font:
    """The font of a family, or in a file, whose weight is nearest. Raises `SettingError`."""
    if Path(name).suffix.lower() in (".ttf", ".otf", ".ttc") or os.sep in name:
        font = _load(name, size)
        if font is None:
            raise SettingError(f"font {printable(name)}: there is no such file, or it is no font")
        return _weighted(font, weight)
    there = installed()
    wanted = name.casefold()
    family = [one for one in there if wanted in (each.casefold() for each in one.families)]
    if not family:
        known = sorted({each for one in there for each in one.families})
        near = get_close_matches(name, known, 3, 0.5) or known[:3]
        raise SettingError(f"no font is called {printable(name)}: there are, for example, {', '.join(near)}")
    best = min(family, key=lambda one: (one.slanted, len(one.families), abs(one.weight - WEIGHTS[weight]), one.file))
    font = _load(best.file, size, best.index)
    if font is None:
        raise SettingError(f"font {printable(name)}: {printable(best.file)} cannot be read")
    return _weighted(font, weight)


def _weighted(font: Font, weight: str) -> Font:
    """The same font; a variable one at that weight."""
    with suppress(OSError):  # it has one weight
        axes = font.get_variation_axes()
        values = [float(axis["default"] or 0) for axis in axes]
        for n, axis in enumerate(axes):
            if axis["name"] in (b"Weight", "Weight"):
                values[n] = float(min(max(CSS[weight], axis["minimum"] or 0), axis["maximum"] or 1000))
        font.set_variation_by_axes(values)
    return font


@lru_cache(maxsize=1)
def installed() -> tuple[_Installed, ...]:
    """All fonts of the system that Pillow reads."""
    found = []
    for line in _fontconfig("--format", "%{file}\t%{index}\t%{family}\t%{weight}\t%{slant}\n"):
        file, index, families, weight, slant = line.split("\t")
        if Path(file).suffix.lower() in (".ttf", ".otf", ".ttc"):
            number = (
                float(weight) if weight.replace(".", "").isdigit() else WEIGHTS["regular"]
            )  # a range, of variable ones
            found.append(_Installed(file, int(index) & 0xFFFF, tuple(families.split(",")), number, slant != "0"))
    return tuple(found) or tuple(_in_folders())


def _in_folders() -> Iterator[_Installed]:
    for folder in FOLDERS.get(sys.platform, FOLDERS["linux"]):
        for file in sorted(Path(os.path.expandvars(folder)).expanduser().rglob("*.[to]t[fc]")):
            font = _load(str(file), 16)
            if font is not None:
                family, style = (part or "" for part in font.getname())
                weight = next((w for n, w in WEIGHTS.items() if n in style.casefold()), WEIGHTS["regular"])
                yield _Installed(str(file), 0, (family,), weight, "italic" in style.casefold())


def _with_letter(letter: str, size: int) -> Iterator[Font]:
    """Fonts that fontconfig knows to have a letter, and do."""
    for line in _fontconfig(f":charset={ord(letter):x}", "--format", "%{file}\t%{index}\n"):
        file, index = line.split("\t")
        font = _load(file, size, int(index) & 0xFFFF)
        if font is not None and has(font, letter):
            yield font


@lru_cache(maxsize=32)
def _fontconfig(*words: str) -> tuple[str, ...]:
    """Lines that fontconfig's fc-list prints, sorted; none where it is not there."""
    program = shutil.which("fc-list")
    if program is None:
        return ()
    with suppress(OSError, subprocess.SubprocessError):
        ran = subprocess.run([program, *words], capture_output=True, text=True, timeout=20, check=True)
        return tuple(sorted(line for line in ran.stdout.splitlines() if line))
    return ()
