"""Uploaded pictures: each is opened as it should look, or one sentence says why not; none harms."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_pictures import FORMATS, chunk, exif, garment, png, rows, save, segment
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from model.containers import LARGEST_PIXELS
from model.errors import TEXT, PictureError
from model.picture import LARGEST_BYTES, LONGEST, open_picture, upright

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 2
"""What a file may take, of the processor's time: the clock's would measure what else the machine does."""

HANG = 60
"""Seconds without a word after which a file counts as hanging."""

MEMORY = 320_000
"""Kilobytes that a file may take."""

FINE: dict[str, Any] = {"quality": 98, "subsampling": 0}
"""A JPEG that differs little from what was saved."""

INTERNALS = re.compile(r"0x[0-9a-f]{4}|PIL|Pillow|Error|Traceback|BytesIO|libjpeg|zlib|\.py\b|/tmp|<|>|\\n", re.I)


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB")).astype(int)


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean difference of two pictures of one size."""
    assert a.size == b.size
    return float(np.abs(pixels(a) - pixels(b)).mean())


def key_of(content: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(PictureError) as caught:
        open_picture(content)
    return caught.value.key


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """How each of the files went, in a process of its own in which each warning would be an error."""
    folder = tmp_path_factory.mktemp("nothing is written here")
    command = [sys.executable, "-W", "error", str(ROOT / "tests" / "bad_pictures.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    child = subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    found, begun = [], "the first file"
    for line in lines_in_time(child):
        report = json.loads(line)
        begun = report.get("begins", begun)
        if "name" in report:
            found.append(report)
    said = child.stderr.read()
    assert child.wait() == 0, (begun, said[-2000:])
    assert said == ""
    assert list(folder.iterdir()) == []
    return found


def lines_in_time(child: subprocess.Popen[str]) -> Iterator[str]:
    """What the child says; it is ended when it says nothing for too long."""
    assert child.stdout is not None
    while True:
        watch = threading.Timer(HANG, child.kill)
        watch.start()
        line = child.stdout.readline()
        watch.cancel()
        if not line:
            return
        yield line


def test_there_are_enough_files(reports: list[dict[str, Any]]) -> None:
    assert len(reports) >= 200
    names = [report["name"] for report in reports]
    assert len(set(names)) == len(names)


def test_what_can_be_read_is_read_and_nothing_else(reports: list[dict[str, Any]]) -> None:
    wrong = [r["name"] for r in reports if r["expected"] != "either" and r["ends"] != r["expected"]]
    assert wrong == []
    assert {r["ends"] for r in reports if r["expected"] == "either"} == {"picture", "error"}


def test_a_picture_is_in_colour_and_within_its_bounds(reports: list[dict[str, Any]]) -> None:
    found = [report for report in reports if report["ends"] == "picture"]
    wrong = [r["name"] for r in found if r["mode"] != "RGB" or not 1 <= min(r["size"]) <= max(r["size"]) <= LONGEST]
    assert wrong == []
    assert [r["size"] for r in found if r["name"].startswith("1x20000")] == [[1, LONGEST]] * 4


def test_what_is_read_can_be_prepared(reports: list[dict[str, Any]]) -> None:
    for report in reports:
        if report["ends"] == "picture":
            size, kind, low, high = report["x"]
            assert (size, kind) == (784, "torch.float32"), report["name"]
            assert 0 <= low <= high <= 1, report["name"]


def test_what_is_not_read_is_told_in_one_sentence_without_internals(reports: list[dict[str, Any]]) -> None:
    for report in reports:
        for said, stop in zip(report.get("said", ()), (".", "。"), strict=False):
            assert said.endswith(stop), report["name"]
            assert "\n" not in said, report["name"]
            assert not INTERNALS.search(said), report["name"]
            assert not re.search(r"[.!?] |[。！？].", said), report["name"]


def test_no_file_takes_long_or_much_memory(reports: list[dict[str, Any]]) -> None:
    assert [(r["name"], r["seconds"]) for r in reports if r["seconds"] > SECONDS] == []
    assert [(r["name"], r["memory"]) for r in reports if r["memory"] > MEMORY] == []


def test_nothing_is_written_or_started_or_warned_of(reports: list[dict[str, Any]]) -> None:
    assert [(report["name"], report["events"]) for report in reports if report["events"]] == []


@pytest.mark.parametrize(("form", "way"), list(itertools.product(("JPEG", "PNG", "WEBP"), range(1, 9))))
def test_each_orientation_comes_out_upright(form: str, way: int) -> None:
    image = garment()
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[way]  # the transposition that a camera so held does
    stored = image if undo is None else image.transpose(Image.Transpose(undo))
    options = FINE if form == "JPEG" else {"lossless": True} if form == "WEBP" else {}
    content = save(stored, form, exif=exif(way), **options)
    assert difference(open_picture(content), image) < (4 if form == "JPEG" else 0.01)
    assert difference(upright(Image.open(io.BytesIO(content))), image) < (4 if form == "JPEG" else 0.01)


@pytest.mark.parametrize("form", FORMATS)
def test_a_small_picture_stays_as_it_is(form: str) -> None:
    image = garment(28, 28).convert("L")
    found = open_picture(save(image, form))
    assert found.size == (28, 28)
    assert difference(found, Image.open(io.BytesIO(save(image, form)))) == 0
    assert difference(found, image) <= (8 if form in ("JPEG", "WEBP") else 0)


def test_alpha_lies_on_white() -> None:
    image = garment().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    white = Image.new("RGBA", image.size, "white")
    expected = Image.alpha_composite(white, image)
    for form in ("PNG", "WEBP"):
        found = open_picture(save(image, form, **({"lossless": True, "exact": True} if form == "WEBP" else {})))
        assert difference(found, expected) < 1
    for mode in ("RGBa", "LA", "La"):
        other = image.convert("LA" if mode != "RGBa" else "RGBA")
        expected = Image.alpha_composite(white, other.convert("RGBA"))
        assert difference(upright(other.convert(mode)), expected) < 1.5, mode
    palette = image.convert("RGB").quantize(16)
    for form, see_through in (("PNG", 3), ("GIF", 3), ("PNG", bytes(range(0, 256, 16)))):
        content = save(palette, form, transparency=see_through)
        expected = Image.alpha_composite(white, Image.open(io.BytesIO(content)).convert("RGBA"))
        assert difference(open_picture(content), expected) < 1


def test_a_wholly_transparent_picture_is_white_unless_its_alpha_is_unused() -> None:
    clear = Image.new("RGBA", (9, 9), (200, 0, 0, 0))
    assert pixels(open_picture(save(clear, "PNG"))).min() == 255
    plain = save(clear, "BMP")
    with_masks = plain[:30] + b"\3\0\0\0" + plain[34:54] + bytes(12) + plain[54:]
    if plain[14:18] == b"\x28\0\0\0":
        assert pixels(open_picture(with_masks))[0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_transparent_grey_of_a_png_is_found_in_each_depth(depth: int) -> None:
    values = [1, 0] * 4
    packed = int("".join(f"{value:0{depth}b}" for value in values), 2).to_bytes(depth, "big")
    transparent = chunk(b"tRNS", b"\0\x01")
    found = pixels(open_picture(png((8, 1), depth, 0, rows(b"\0" + packed, 1), transparent)))[0, :, 0]
    assert found.tolist() == [255, 0] * 4


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 200).round().astype(np.uint16).reshape(1, 200).repeat(3, 0)
    expected = np.round(ramp / 257)
    assert np.abs(pixels(open_picture(save(Image.fromarray(ramp), "PNG")))[..., 0] - expected).max() <= 1
    for mode in ("I;16", "I;16B", "I"):
        image = Image.fromarray(ramp)
        image = image.convert("I") if mode != "I;16" else image
        image = image.convert(mode) if mode == "I;16B" else image
        assert np.abs(pixels(upright(image))[..., 0] - expected).max() <= 1, mode


def test_numbers_without_a_range_are_scaled_by_their_own() -> None:
    values = np.linspace(-3, 5, 100, dtype=np.float32).reshape(10, 10)
    values[0, 1:4] = np.nan, np.inf, -np.inf
    found = pixels(upright(Image.fromarray(values)))[..., 0]
    assert found[0, 0] == 0
    assert found[9, 9] == 255
    assert found[0, 1:4].tolist() == [0, 255, 0]
    for constant in (np.nan, np.inf, 0.0, 7.5):
        assert np.ptp(pixels(upright(Image.fromarray(np.full((5, 5), constant, np.float32))))) == 0
    wide = np.array([[-100_000, 0, 100_000]], np.int32)
    assert pixels(upright(Image.fromarray(wide)))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "LA", "PA", "RGBX"])
def test_every_mode_becomes_the_same_picture(mode: str) -> None:
    image = garment().convert("L").convert("RGB") if mode in ("1", "L", "LA") else garment()
    found = upright(image.convert("P" if mode == "PA" else mode).convert(mode))
    assert found.mode == "RGB"
    assert difference(found, image) < {"1": 130, "P": 30, "PA": 30}.get(mode, 5)


def test_inks_are_not_inverted() -> None:
    image = garment(64, 64)
    assert difference(open_picture(save(image.convert("CMYK"), "JPEG", quality=95)), image) < 6


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_taken(form: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    content = save(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    assert difference(open_picture(content), frames[0]) < 4


@pytest.mark.parametrize("size", [(4000, 3000), (1800, 2400), (900, 600), (449, 449), (3000, 7), (5, 1800)])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_large_picture_is_averaged(size: tuple[int, int], form: str) -> None:
    """Also where a JPEG is decoded at a fraction of its size, and where it is brought to colour in strips."""
    image = garment(250, 250).resize(size)
    content = save(image, form, **(FINE if form == "JPEG" else {"compress_level": 1}))
    found = open_picture(content)
    assert max(found.size) == LONGEST
    assert min(found.size) == max(1, round(LONGEST * min(size) / max(size)))
    assert difference(found, image.resize(found.size, Image.Resampling.BOX)) < 1.5


def test_strips_make_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    image = garment(1234, 987)
    whole = upright(image)
    monkeypatch.setattr("model.picture.STRIP", 20_000)
    assert difference(upright(image), whole) < 0.2  # where a row lies just between two, it may go to either


def test_a_small_picture_is_not_enlarged() -> None:
    assert open_picture(save(garment(3, 5), "PNG")).size == (3, 5)


def test_upright_leaves_its_argument_alone() -> None:
    image = garment(500, 600).convert("P")
    before = image.tobytes(), image.size, image.mode, dict(image.info)
    upright(image)
    assert (image.tobytes(), image.size, image.mode, dict(image.info)) == before


def test_each_refusal_names_what_is_wrong() -> None:
    assert key_of(b"") == "picture_empty"
    assert key_of(bytes(LARGEST_BYTES + 1)) == "picture_bytes"
    assert key_of(b"text") == "picture_unknown"
    assert key_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>") == "picture_svg"
    assert key_of(b"\0\0\0\x18ftypheic" + bytes(99)) == "picture_heic"
    assert key_of(save(garment(), "TIFF")) == "picture_form"
    assert key_of(save(garment(), "JPEG")[:900]) == "picture_damaged"
    assert key_of(png((20000, 20000), 8, 2, b"")) == "picture_pixels"
    plain = save(garment(), "JPEG")
    assert key_of(plain.replace(b"\xff\xc0", b"\xff\xc9", 1)) == "picture_rare"
    assert key_of(plain[:2] + segment(0xFE, b"") * 200_000 + plain[2:]) == "picture_parts"


def test_the_value_and_the_limit_are_said() -> None:
    with pytest.raises(PictureError, match=r"^The picture has 20,000 × 20,000 pixels and of PNG at most 52 million"):
        open_picture(png((20000, 20000), 8, 2, b""))
    with pytest.raises(PictureError, match=r"20,000,001 bytes and a picture may have 20,000,000;"):
        open_picture(bytes(LARGEST_BYTES + 1))
    assert LARGEST_PIXELS == 52_000_000


def test_the_limit_is_the_uploads() -> None:
    config = (TEXT.parent.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert int(re.findall(r"maxUploadSize = (\d+)", config)[0]) * 1_000_000 == LARGEST_BYTES


def test_a_file_of_just_the_limit_is_read() -> None:
    content = save(garment(), "JPEG")
    padding = LARGEST_BYTES - len(content)
    assert open_picture(content + bytes(padding)).size == (60, 80)


def test_a_grey_picture_is_not_taken_for_a_cut_one() -> None:
    for mode, grey in (("L", 128), ("RGB", (128, 128, 128))):
        for options in ({}, {"progressive": True}, {"restart_marker_rows": 1}):
            image = Image.new(mode, (333, 222), grey)
            assert difference(open_picture(save(image, "JPEG", **options)), image) < 1


def test_a_black_png_is_not_taken_for_a_cut_one() -> None:
    for mode in ("1", "L", "RGB", "RGBA", "P"):
        assert open_picture(save(Image.new(mode, (33, 22)), "PNG")).size == (33, 22)


def test_several_threads_open_pictures_at_once() -> None:
    contents = [save(garment(300 + i, 200), form) for i in range(4) for form in FORMATS]
    expected = [open_picture(content).tobytes() for content in contents]
    found: dict[int, bytes] = {}

    def work(i: int) -> None:
        found[i] = open_picture(contents[i]).tobytes()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(contents))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[i] for i in range(len(contents))] == expected
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


SEEDS = [save(garment(20, 16), form) for form in FORMATS]


def opened_or_refused(content: bytes) -> None:
    try:
        image = open_picture(content)
    except PictureError as error:
        assert "\n" not in error.say("en") + error.say("zh")
    else:
        assert image.mode == "RGB"
        assert 1 <= min(image.size) <= max(image.size) <= LONGEST


@given(st.binary(max_size=300), st.sampled_from([b"", *(seed[:40] for seed in SEEDS)]))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_else(content: bytes, beginning: bytes) -> None:
    opened_or_refused(beginning + content)


@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0.5, 1),
)
@settings(max_examples=400, deadline=None)
def test_no_change_raises_anything_else(content: bytes, changes: list[tuple[float, int]], part: float) -> None:
    changed = bytearray(content)
    for place, value in changes:
        changed[int(place * (len(changed) - 1))] = value
    opened_or_refused(bytes(changed))
    opened_or_refused(bytes(changed)[: int(part * len(changed))])
