"""The palette of `gifsom.train` beside those of other methods, on pictures and on the middle frames of clips.

    python tests/benchmarks/palette.py IMAGE_OR_CLIP ... [--colors 256] [--runs 3] [--seeds 3] [--slow]
    python tests/benchmarks/palette.py IMAGE_OR_CLIP ... --few
    python tests/benchmarks/palette.py CLIP ... --clips-default

All methods are measured alike: entries are rounded to 8-bit sRGB, and every pixel of the picture counts.

OKLab    mean squared distance to the nearest entry, times 10 000; ratio: as a part of that of k-means++ with 30 rounds
RGB      mean squared error of a channel, in levels, with the nearest entry in sRGB
seconds  of the processor from pixels to entries, on one core, compiled and imported before: the median of the runs
pairs    of entries less than 2 levels apart in sRGB
used     entries that are the nearest, in OKLab, of some pixel
order    mean OKLab distance of neighbours in the table as a part of what a random order has

Where a method draws at random, errors are means over the seeds, and pairs, used and order are the worst of them.
Clips are scaled to at most 480 pixels wide; a picture of no more colors than entries is passed over. gifsom is given
the pixels, which trains the plain map. NeuQuant is written here, from Dekker's paper. --slow adds what this project
began with, sklearn-som: 15 seconds for 480x270 pixels.

--few takes 2, 4, 8, 16 and 64 colors: the error against k-means++, and how many entries no pixel uses.
--clips-default compares what `gifsom convert` trains on a clip with the plain map: SSIMULACRA2 of ten mapped frames.

What needs scikit-learn, sklearn-som or ssimulacra2 is left out where that is not installed.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numba
import numpy as np
from common import demand_ssimulacra2, ssimulacra2
from numpy.typing import NDArray
from PIL import Image, features

import gifsom
from gifsom.core.frame import Pixels
from gifsom.core.source import Source
from gifsom.core.values import VIDEO_FPS, VIDEO_WIDTH
from gifsom.edit import cached
from gifsom.palette.color import oklab, pack, srgb, unpack

OURS = "gifsom"
REFERENCE = "k-means++, 30 rounds"
FEW = (2, 4, 8, 16, 64)
FRAMES = 10
CHUNK = 8192


@dataclass(frozen=True, slots=True)
class Method:
    """A way from pixels (h, w, 3), a number of colors and a seed to entries (n, 3)."""

    name: str
    make: Callable[[Pixels, int, int], Pixels]
    seeded: bool = False  # another seed gives other entries
    slow: bool = False  # run once only


@dataclass(frozen=True, slots=True)
class Score:
    """What the module's docstring says of each, OKLab not yet times 10 000."""

    oklab: float
    rgb: float
    pairs: int
    used: int
    order: float
    seconds: float = 0.0


class Picture:
    """Pixels (h, w, 3), with their distinct colors and how often each occurs."""

    def __init__(self, path: Path) -> None:
        clip = gifsom.open(path)
        if clip.count != 1:
            clip = clip.width(480)
        self.name = path.name
        self.pixels = next(clip.trim(clip.duration / 2).frames()).pixels
        packed, self.counts = np.unique(pack(self.pixels), return_counts=True)
        self.colors = unpack(packed)
        self._lab = oklab(self.colors).astype(np.float64)
        self._rgb = self.colors.astype(np.float64)
        height, width = self.pixels.shape[:2]
        self.title = f"{self.name}, {width}x{height}, {len(self.colors)} colors"

    def score(self, entries: Pixels) -> Score:
        lab, levels = oklab(entries).astype(np.float64), entries.astype(np.float64)
        in_oklab, in_rgb = nearest(self._lab, lab), nearest(self._rgb, levels)
        squares = ((levels[:, None] - levels) ** 2).sum(axis=2)
        distances = np.sqrt(((lab[:, None] - lab) ** 2).sum(axis=2))
        n = len(entries)
        between = distances.sum() / max(1, n * (n - 1))
        return Score(
            oklab=float(np.average(((self._lab - lab[in_oklab]) ** 2).sum(axis=1), weights=self.counts)),
            rgb=float(np.average(((self._rgb - levels[in_rgb]) ** 2).mean(axis=1), weights=self.counts)),
            pairs=int(np.triu(squares < 2**2, 1).sum()),
            used=len(np.unique(in_oklab)),
            order=float(np.diagonal(distances, 1).mean() / between) if between else 1.0,
        )


def nearest(points: NDArray[np.float64], entries: NDArray[np.float64]) -> NDArray[np.intp]:
    """The index of the nearest of entries (n, 3) for each of points (m, 3)."""
    squares = (entries**2).sum(axis=1)
    parts = (points[k : k + CHUNK] for k in range(0, len(points), CHUNK))
    return np.concatenate([(squares - 2 * part @ entries.T).argmin(axis=1) for part in parts])


@numba.njit
def _neuquant(pixels: NDArray[np.float64], neurons: NDArray[np.float64], sampling: int, step: int) -> None:
    """One pass over pixels (m, 3), of which every `sampling`-th is shown; neurons (n, 3) in place.

    A. Dekker, "Kohonen neural networks for optimal colour quantization", Network 5, 1994: a neuron that wins often is
    handicapped in the contest, and rate and radius shrink exponentially over 100 cycles.
    """
    m, n = pixels.shape[0], neurons.shape[0]
    beta, gamma = 1 / 1024, 1024.0
    frequency = np.full(n, 1 / n)
    rate, radius = 1.0, n / 8
    samples = m // sampling
    cycle = max(1, samples // 100)
    place = 0
    for sample in range(samples):
        closest = winner = 0
        least = least_biased = np.inf
        for i in range(n):
            distance = 0.0
            for c in range(3):
                distance += abs(neurons[i, c] - pixels[place, c])
            if distance < least:
                least, closest = distance, i
            biased = distance - gamma * (1 / n - frequency[i])
            if biased < least_biased:
                least_biased, winner = biased, i
            frequency[i] -= beta * frequency[i]
        frequency[closest] += beta
        reach = int(radius) if radius > 1 else 1
        for i in range(max(0, winner - reach + 1), min(n, winner + reach)):
            pull = rate * (1 - ((i - winner) / reach) ** 2)
            for c in range(3):
                neurons[i, c] += pull * (pixels[place, c] - neurons[i, c])
        place = (place + step) % m
        if sample % cycle == cycle - 1:
            rate -= rate / (30 + (sampling - 1) / 3)
            radius -= radius / 30


def neuquant(pixels: Pixels, colors: int, seed: int, *, sampling: int) -> Pixels:
    flat = pixels.reshape(-1, 3).astype(np.float64)
    neurons = np.repeat(np.linspace(0, 255, colors)[:, None], 3, axis=1)
    step = next(prime for prime in (499, 491, 487, 503) if len(flat) % prime or prime == 503)
    _neuquant(flat, neurons, sampling, step)
    return np.rint(neurons).astype(np.uint8)


def plain_map(pixels: Pixels, colors: int, seed: int) -> Pixels:
    return gifsom.train(pixels, colors=colors, seed=seed).colors


def pillow(pixels: Pixels, colors: int, seed: int, *, method: Image.Quantize, rounds: int = 0) -> Pixels:
    image = Image.fromarray(pixels).quantize(colors, method, kmeans=rounds)
    entries = np.array(image.getpalette(), np.uint8).reshape(-1, 3)
    return entries[: int(np.asarray(image).max()) + 1]


def libimagequant(pixels: Pixels, colors: int, seed: int) -> Pixels:
    if not features.check("libimagequant"):
        raise ImportError("this Pillow is built without it")
    return pillow(pixels, colors, seed, method=Image.Quantize.LIBIMAGEQUANT)


def k_means(pixels: Pixels, colors: int, seed: int) -> Pixels:
    from sklearn.cluster import KMeans

    packed, counts = np.unique(pack(pixels), return_counts=True)
    lab = oklab(unpack(packed)).astype(np.float64)
    means = KMeans(colors, init="k-means++", n_init=1, max_iter=30, tol=0, random_state=seed)
    return srgb(means.fit(lab, sample_weight=counts).cluster_centers_)


def seed_notebook(pixels: Pixels, colors: int, seed: int) -> Pixels:
    from sklearn_som.som import SOM

    som = SOM(m=colors, n=1, dim=3, lr=1, sigma=2, max_iter=3000, random_state=seed)
    som.weights = np.repeat(np.linspace(0, 1, colors)[:, None], 3, axis=1)
    som.fit(pixels.reshape(-1, 3) / 255)
    return np.rint(som.weights.clip(0, 1) * 255).astype(np.uint8)


def ready(slow: bool) -> list[Method]:
    """The methods whose packages are there, compiled and imported; the reference comes first."""
    median_cut = partial(pillow, method=Image.Quantize.MEDIANCUT)
    known = [
        Method(REFERENCE, k_means, seeded=True),
        Method(OURS, plain_map, seeded=True),
        Method("NeuQuant, sampling 10", partial(neuquant, sampling=10)),
        Method("NeuQuant, sampling 1", partial(neuquant, sampling=1)),
        Method("Pillow median cut", median_cut),
        Method("Pillow median cut, 5 k-means", partial(median_cut, rounds=5)),
        Method("Pillow maximum coverage", partial(pillow, method=Image.Quantize.MAXCOVERAGE)),
        Method("Pillow octree", partial(pillow, method=Image.Quantize.FASTOCTREE)),
        Method("libimagequant", libimagequant),
        Method("sklearn-som", seed_notebook, slow=True),
    ]
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    noise.flags.writeable = False  # as the pixels of frames are: one type, and so one compilation
    found = []
    for method in known:
        if method.slow and not slow:
            continue
        try:
            method.make(noise, 16, 0)
        except ImportError as error:
            print(f"{method.name} is left out: {error}")
        else:
            found.append(method)
    return found


def measure(method: Method, picture: Picture, colors: int, seeds: int, runs: int) -> Score:
    seeds = seeds if method.seeded else 1
    scores, seconds = [], []
    for run in range(1 if method.slow else max(runs, seeds)):
        began = time.process_time()
        entries = method.make(picture.pixels, colors, run % seeds)
        seconds.append(time.process_time() - began)
        if run < seeds:
            scores.append(picture.score(entries))
    return Score(
        oklab=statistics.fmean(score.oklab for score in scores),
        rgb=statistics.fmean(score.rgb for score in scores),
        pairs=max(score.pairs for score in scores),
        used=min(score.used for score in scores),
        order=max(score.order for score in scores),
        seconds=statistics.median(seconds),
    )


def summary(ratios: list[tuple[float, str]]) -> str:
    """Geometric mean and worst of errors as ratios to the reference's, each with its picture's name."""
    worst, name = max(ratios)
    return f"{statistics.geometric_mean(ratio for ratio, _ in ratios):8.3f}{worst:8.3f}  {name}"


def compare(pictures: list[Picture], found: list[Method], colors: int, seeds: int, runs: int) -> None:
    """A table for each picture, and all pictures together at the end."""
    ratios: dict[str, list[tuple[float, str]]] = {method.name: [] for method in found}
    for picture in pictures:
        if len(picture.colors) <= colors:
            print(f"\n{picture.title}: passed over")
            continue
        print(f"\n{picture.title}; {colors} entries, {seeds} seeds, {runs} runs")
        print(f"{'':30}{'OKLab':>8}{'ratio':>8}{'RGB':>8}{'seconds':>9}{'pairs':>7}{'used':>6}{'order':>7}")
        limit = None
        for method in found:
            score = measure(method, picture, colors, seeds, runs)
            if method.name == REFERENCE:
                limit = score.oklab
            if limit:
                ratios[method.name].append((score.oklab / limit, picture.name))
            ratio = f"{score.oklab / limit:8.3f}" if limit else f"{'-':>8}"
            line = f"{method.name:30}{score.oklab * 1e4:8.3f}{ratio}{score.rgb:8.2f}"
            print(f"{line}{score.seconds:9.3f}{score.pairs:7}{score.used:6}{score.order:7.3f}", flush=True)
    if any(ratios.values()):
        print(f"\n{'OKLab error, ratio':30}{'mean':>8}{'worst':>8}  (the mean is geometric)")
    for name, values in ratios.items():
        if values:
            print(f"{name:30}{summary(values)}")


def compare_few(pictures: list[Picture], found: list[Method], seeds: int) -> None:
    """gifsom's error against k-means++, and its unused entries, for few colors."""
    both = [method for method in found if method.name in (REFERENCE, OURS)]
    if len(both) < 2:
        raise SystemExit("few colors are compared with k-means++: pip install scikit-learn")
    ratios: dict[int, list[tuple[float, str]]] = {colors: [] for colors in FEW}
    unused = dict.fromkeys(FEW, 0)
    print(f"\n{'error against k-means++':30}" + "".join(f"{colors:8}" for colors in FEW))
    for picture in pictures:
        print(f"{picture.name:30}", end="")
        for colors in FEW:
            if len(picture.colors) <= colors:
                print(f"{'-':>8}", end="")
                continue
            limit, ours = (measure(method, picture, colors, seeds, 1) for method in both)
            ratios[colors].append((ours.oklab / limit.oklab, picture.name))
            unused[colors] += colors - ours.used  # entries that are missing count as well
            print(f"{ours.oklab / limit.oklab:8.3f}", end="", flush=True)
        print()
    print("\ncolors  unused    mean   worst  (unused entries of all pictures, the mean is geometric)")
    for colors, values in ratios.items():
        if values:
            print(f"{colors:6}{unused[colors]:8}{summary(values)}")


def compare_defaults(paths: list[Path], colors: int) -> None:
    """The defaults for clips beside the plain map: mean SSIMULACRA2 of mapped frames."""
    demand_ssimulacra2()

    def quality(palette: gifsom.Palette, frames: list[Pixels]) -> float:
        return statistics.fmean(ssimulacra2(frames, (palette.colors[palette.apply(pixels)] for pixels in frames)))

    print(f"\n{f'SSIMULACRA2, {colors} entries':30}{'default':>9}{'plain':>9}{'gain':>9}", flush=True)
    gains: dict[str, float] = {}
    for path in paths:
        clip = gifsom.open(path)
        clip = cached(clip if clip.native else clip.fps(VIDEO_FPS).width(VIDEO_WIDTH))
        frames = spread(clip)
        default = quality(gifsom.train(clip, colors=colors), frames)
        plain = quality(gifsom.train(clip, colors=colors, weights="count", salience=False, snap=False), frames)
        gains[path.name] = default - plain
        print(f"{path.name:30}{default:9.2f}{plain:9.2f}{default - plain:+9.2f}", flush=True)
    worst = min(gains, key=gains.__getitem__)
    print(f"{'mean gain':30}{statistics.fmean(gains.values()):+27.2f}")
    print(f"{'least gain':30}{gains[worst]:+27.2f}  {worst}")


def spread(clip: Source) -> list[Pixels]:
    """Ten frames of a clip, or all that it has, from the first to the last."""
    last = sum(1 for _ in clip.frames()) - 1
    wanted = {round(last * k / (FRAMES - 1)) for k in range(FRAMES)}
    return [frame.pixels for k, frame in enumerate(clip.frames()) if k in wanted]


def one_core() -> AbstractContextManager[object]:
    """Holds the libraries that have been imported to one thread each."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        print("some methods may use more than one core: pip install threadpoolctl")
        return nullcontext()
    return threadpool_limits(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path, metavar="IMAGE_OR_CLIP")
    parser.add_argument("--colors", type=int, help="2 to 256; usually 256, and 255 with --clips-default")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--slow", action="store_true", help="with sklearn-som")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--few", action="store_true")
    other.add_argument("--clips-default", action="store_true")
    asked = parser.parse_args()
    if asked.clips_default:
        return compare_defaults(asked.paths, asked.colors or 255)
    pictures = [Picture(path) for path in asked.paths]
    found = ready(asked.slow and not asked.few)
    with one_core():
        if asked.few:
            compare_few(pictures, found, asked.seeds)
        else:
            compare(pictures, found, asked.colors or 256, asked.seeds, asked.runs)


if __name__ == "__main__":
    main()
