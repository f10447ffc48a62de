"""What Classify costs and how often it is right: ``python tests/bench_classify.py [--rounds N] [--photos DIR]``.

Part of ``make bench``. Prints the time and memory of a photo from its bytes to its verdict, of the slowest pictures,
and of a picture that is kept. ``--photos`` scores what the app does on ``DIR/validation/<class>/``, real photos in
seven kinds such as those of github.com/alexeygrigorev/clothing-dataset-small: means over the kinds, with a 95%
interval from 2,000 resamples of the photos within each kind.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from bad_pictures import peak
from bench_browser import median
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model.classify_command import answer
from model.examples import draw
from model.picture import open_picture
from model.preprocess import Corrections, Kind, prepare

ROUNDS = 9
RIGHT = {
    "dress": ("dress",),
    "longsleeve": ("pullover", "shirt"),
    "outwear": ("coat", "pullover"),
    "pants": ("trouser",),
    "shirt": ("shirt", "coat"),
    "shoes": ("sneaker", "ankle boot", "sandal"),
    "t-shirt": ("t-shirt",),
}
"""The classes of Fashion-MNIST that are right for each kind of photo."""


def jpeg(image: Image.Image, size: tuple[int, int] | None = None, grain: float = 0, progressive: bool = False) -> bytes:
    """The bytes of ``image``, enlarged to ``size``, with a sensor's ``grain`` in levels, as a camera would save it."""
    buffer = io.BytesIO()
    pixels = np.asarray(image.resize(size) if size else image)
    if grain:
        noise = np.random.default_rng(0).normal(0, grain, pixels.shape[:2]).astype(np.float32)
        pixels = (pixels + noise[..., None]).clip(0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92, progressive=progressive)
    return buffer.getvalue()


def milliseconds(act: Callable[[], object], rounds: int) -> list[float]:
    """Of the processor's time for each call, as others may be at work."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        act()
        found.append(1000 * (time.process_time() - began))
    return found


def slow() -> Iterator[tuple[str, Image.Image]]:
    """Pictures on which one part or another works hard."""
    rng = np.random.default_rng(0)
    yield "noise", Image.fromarray(rng.integers(0, 256, (448, 448, 3)).astype(np.uint8))
    for part in (0.01, 0.05, 0.07, 0.1, 0.15):
        yield f"{part:.0%} dots", Image.fromarray(np.where(rng.random((448, 448)) < part, 0, 255).astype(np.uint8))
        ground = np.full((448, 448, 3), 240, np.uint8)
        some = rng.random((448, 448)) < part
        ground[some] = rng.integers(0, 256, (int(some.sum()), 3))
        yield f"{part:.0%} dots in all colours", Image.fromarray(ground)
    for width in (1, 4, 16):
        stripes = np.arange(448) // width % 2 * 255
        yield f"stripes of {width}", Image.fromarray(np.tile(stripes, (448, 1)).astype(np.uint8))
        yield f"checks of {width}", Image.fromarray((stripes[:, None] ^ stripes).astype(np.uint8))
    y, x = np.mgrid[:448, :448] - 224
    for slope in (2, 4, 8):
        yield f"rings, {slope} levels a pixel", Image.fromarray((np.hypot(x, y) * slope % 256).astype(np.uint8))
    paper = Image.new("L", (448, 448), 255)
    pen = ImageDraw.Draw(paper)
    for line in range(5, 440, 12):
        pen.text((4, line), "The quick brown fox jumps over the lazy dog, again and again. " * 2, fill=0)
    yield "text", paper
    paper = Image.new("L", (448, 448), 255)
    angle = np.linspace(0, 60 * np.pi, 20_000)
    ImageDraw.Draw(paper).line([(224 + a * np.cos(a), 224 + a * np.sin(a)) for a in angle], fill=0, width=2)
    yield "spiral", paper


def memory(content: bytes) -> int:
    """Bytes that opening and preparing a picture takes beyond the process before it, by the most that it held."""
    ended = subprocess.run([sys.executable, __file__, "--memory"], input=content, capture_output=True, check=True)
    return 1024 * int(ended.stdout)


def tell_memory() -> None:
    """In a process of its own: kilobytes for the picture on standard input; a small one has warmed it before."""
    content = sys.stdin.buffer.read()
    answer(jpeg(draw("dress")), None)
    before = peak(anew=True)
    answer(content, None)
    print(peak() - before)


def kept() -> int:
    """Bytes of a photo as a session keeps it, with its steps."""
    image = open_picture(jpeg(draw("pullover"), (448, 448)))
    return 4 * image.width * image.height + sum(stage.picture.nbytes for stage in prepare(image).stages)


def score(folder: Path, rng: np.random.Generator) -> None:
    """Print how often the app is right on photos, and what kinds it takes them for."""
    first, third, kinds, doubted = {}, {}, Counter[str](), 0
    for name, right in RIGHT.items():
        answers = [answer(path.read_bytes(), None) for path in sorted((folder / "validation" / name).glob("*.jpg"))]
        first[name] = np.array([each.labels[0] in right for each in answers])
        third[name] = np.array([bool({*each.labels[:3]} & {*right}) for each in answers])
        kinds.update(each.kind for each in answers)
        doubted += sum(each.unsure for each in answers)
        print(f"  {name}: {len(answers)} photos, top-1 {first[name].mean():.1%}, top-3 {third[name].mean():.1%}")
    for top, found, least in ((1, first, "≥ 55%, aim 57"), (3, third, "≥ 78%, aim 80")):
        means = [np.mean([rng.choice(each, len(each)).mean() for each in found.values()]) for _ in range(2000)]
        low, high = np.percentile(means, [2.5, 97.5])
        mean = np.mean([each.mean() for each in found.values()])
        print(f"  macro top-{top}: {mean:.1%}, 95% interval {low:.1%} to {high:.1%} ({least})")
    print(f"  {', '.join(f'{kind}: {count}' for kind, count in kinds.most_common())}; not sure: {doubted}")


def main() -> None:
    """Print each figure with what it should reach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.memory:
        tell_memory()
        return
    rounds = arguments.rounds
    print(f"one thread, processor time, median of {rounds} rounds")
    began = time.perf_counter()
    answer(jpeg(draw("dress")), None)
    print(f"the first verdict of a process: {1000 * (time.perf_counter() - began):.0f} ms")
    for progressive in (False, True):
        large = jpeg(draw("pullover"), (4000, 3000), 6, progressive)
        found = median(milliseconds(partial(answer, large, None), rounds))
        print(f"a JPEG of 12 MP, {len(large) / 1e6:.1f} MB{', progressive' * progressive}: {found} ms (≤ 1000)")
        print(f"  memory beyond the process: {memory(large) / 1e6:.0f} MB (≤ 300)")
    buffer = io.BytesIO()
    draw("dress").convert("L").resize((28, 28)).save(buffer, "PNG")
    small = buffer.getvalue()
    print(f"28×28: {median(milliseconds(partial(answer, small, None), rounds))} ms (≤ 100)")
    for name in ("sneaker", "dress", "pullover"):
        image = open_picture(jpeg(draw(name)))
        print(f"{name}, {prepare(image).kind}: {median(milliseconds(partial(prepare, image), rounds))} ms")
    kinds: tuple[Kind | None, ...] = (None, "flat lay")
    times = [
        (statistics.median(milliseconds(partial(prepare, image, Corrections(kind=kind)), 3)), name)
        for name, image in slow()
        for kind in kinds
    ]
    print("the slowest: " + ", ".join(f"{name} {time:.0f} ms" for time, name in sorted(times)[:-5:-1]) + " (≤ 2000)")
    print(f"a picture of the session: {kept() / 1e6:.2f} MB")
    if arguments.photos:
        print("photos:")
        score(arguments.photos, np.random.default_rng(0))


if __name__ == "__main__":
    main()
