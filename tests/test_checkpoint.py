"""Weights on disk: what is saved is read back bit for bit, and any other file is refused in one sentence."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from model.build_assets import SEED
from model.checkpoint import LARGEST, PRETRAINED, Checkpoint, check_place, load_checkpoint, save_checkpoint
from model.data import FashionData
from model.errors import CheckpointError
from model.train import LIMITS, Hyperparameters

FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


def bounded(name: str) -> st.SearchStrategy[float]:
    return st.floats(*LIMITS[name])


def whole(name: str) -> st.SearchStrategy[int]:
    return st.integers(*(int(limit) for limit in LIMITS[name]))


HYPERPARAMETERS = st.builds(
    Hyperparameters, lr=bounded("lr"), num_epochs=whole("num_epochs"), batch_size=whole("batch_size"),
    seed=whole("seed"), init_std=bounded("init_std"), implementation=st.sampled_from(["scratch", "concise"]),
)  # fmt: skip


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    generator = torch.Generator().manual_seed(0)
    W = torch.randn(10, 784, generator=generator)
    b = torch.randn(10, generator=generator)
    return Checkpoint(W, b, Hyperparameters(0.3, 4, 128, 7, 0.1, "concise"), "garments", 1876)


@pytest.fixture(scope="module")
def good(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "good.safetensors"
    save_checkpoint(path, checkpoint)
    return path.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file to be written again and again, for hypothesis."""
    return tmp_path_factory.mktemp("place") / "weights.safetensors"


def unpack(content: bytes) -> tuple[dict[str, Any], bytes]:
    """A safetensors file's header and the bytes after it, read by hand."""
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def pack(header: object, body: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def equal(ours: Checkpoint, theirs: Checkpoint) -> bool:
    """Equal to the bit: -0.0 is not 0.0."""
    tensors = zip((ours.W, ours.b), (theirs.W, theirs.b), strict=True)
    return (ours.hyperparameters, ours.data, ours.step) == (theirs.hyperparameters, theirs.data, theirs.step) and all(
        a.shape == b.shape and a.dtype == b.dtype and a.numpy().tobytes() == b.numpy().tobytes() for a, b in tensors
    )


def refusal(work: Callable[..., object], *arguments: object) -> CheckpointError:
    """The error that ``work`` must raise, which is one short sentence in both languages."""
    with pytest.raises(CheckpointError) as caught:
        work(*arguments)
    for sentence, stop in ((str(caught.value), "."), (caught.value.say("zh"), "。")):
        assert sentence.endswith(stop)
        assert "\n" not in sentence
        assert len(sentence) < 600 + len(str(caught.value.values["path"]))
    return caught.value


def refused(path: Path, content: bytes) -> str:
    """The key with which a file of this content is refused."""
    path.write_bytes(content)
    error = refusal(load_checkpoint, path)
    assert error.values["path"] == path
    assert str(path) in str(error)
    return error.key


@settings(max_examples=50)
@given(
    hnp.arrays(np.float32, (10, 784), elements=FINITE), hnp.arrays(np.float32, 10, elements=FINITE),
    HYPERPARAMETERS, st.text(max_size=20), st.integers(0, 10**9),
)  # fmt: skip
def test_everything_is_read_back(
    place: Path, W: np.ndarray, b: np.ndarray, hyperparameters: Hyperparameters, data: str, step: int
) -> None:
    saved = Checkpoint(torch.from_numpy(W), torch.from_numpy(b), hyperparameters, data, step)
    save_checkpoint(place, saved)
    assert equal(load_checkpoint(place), saved)
    assert [path.name for path in place.parent.iterdir()] == [place.name]


def test_the_file_is_plain_safetensors(good: bytes, checkpoint: Checkpoint) -> None:
    """Read without the library that wrote it."""
    header, body = unpack(good)
    metadata = header.pop("__metadata__")
    assert json.loads(metadata.pop("hyperparameters")) == asdict(checkpoint.hyperparameters)
    assert metadata == {"format": "softmax-studio", "version": "1", "data": "garments", "step": "1876"}
    assert set(header) == {"W", "b"}
    for name, tensor in (("W", checkpoint.W), ("b", checkpoint.b)):
        assert header[name]["dtype"] == "F32"
        start, end = header[name]["data_offsets"]
        stored = np.frombuffer(body[start:end], "<f4").reshape(header[name]["shape"])
        np.testing.assert_array_equal(stored, tensor.numpy())
    assert len(good) < 40_000


def test_whole_numbers_do_for_a_learning_rate(checkpoint: Checkpoint, tmp_path: Path) -> None:
    settings = Hyperparameters(lr=1, init_std=0)
    save_checkpoint(tmp_path / "w", replace(checkpoint, hyperparameters=settings))
    assert load_checkpoint(tmp_path / "w").hyperparameters == settings


def test_a_transposed_matrix_is_saved_as_it_reads(checkpoint: Checkpoint, tmp_path: Path) -> None:
    transposed = checkpoint.W.T.contiguous().T
    assert not transposed.is_contiguous()
    save_checkpoint(tmp_path / "w", replace(checkpoint, W=transposed))
    assert torch.equal(load_checkpoint(tmp_path / "w").W, checkpoint.W)


def test_what_was_loaded_outlives_its_file(good: bytes, checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(good)
    loaded = load_checkpoint(path)
    path.write_bytes(bytes(len(good)))
    path.unlink()
    assert equal(loaded, checkpoint)


def test_saving_again_replaces_the_file(good: bytes, checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"something else" * 10_000)
    save_checkpoint(path, checkpoint)
    assert path.stat().st_size == len(good)
    assert equal(load_checkpoint(path), checkpoint)


def test_the_weights_that_the_app_carries_load(real: FashionData) -> None:
    """And they classify: the book's ten epochs on the real data reach 0.80 to 0.85."""
    loaded = load_checkpoint(PRETRAINED)
    assert (loaded.hyperparameters, loaded.data, loaded.step) == (Hyperparameters(seed=SEED), "fashion-mnist", 2350)
    logits = real.test_images.numpy() @ loaded.W.numpy().T + loaded.b.numpy()
    assert 0.80 < (logits.argmax(axis=1) == real.test_labels.numpy()).mean() < 0.86


class Touch:
    """Unpickling this creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str, str], object], tuple[str, str]]:
        return open, (str(self.path), "w")


def torch_saved(value: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("dump", [pickle.dumps, torch_saved])
def test_nothing_is_unpickled(dump: Callable[[object], bytes], tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    content = dump({"W": Touch(trace)})
    assert refused(tmp_path / "w.safetensors", content) == "not_a_checkpoint"
    assert refused(tmp_path / "w.pt", content) == "not_a_checkpoint"
    assert not trace.exists()
    torch.load(tmp_path / "w.pt", weights_only=False) if dump is torch_saved else pickle.loads(content)
    assert trace.exists()  # so the trap itself works


FOREIGN = {
    "empty": b"",
    "text": b"These are not weights.\n" * 50,
    "json": b'{"W": [], "b": []}',
    "zeros": bytes(40_000),
    "noise": np.random.default_rng(0).bytes(40_000),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "torch.save": torch_saved({"W": torch.zeros(10, 784), "b": torch.zeros(10)}),
    "a header of 2⁶⁴ - 1 bytes": struct.pack("<Q", 2**64 - 1) + b"{}",
    "a header of 2⁶³ bytes": struct.pack("<Q", 2**63) + b"{}",
    "a header beyond the file": struct.pack("<Q", 10**8) + b"{}",
    "a header just beyond the file": struct.pack("<Q", 3) + b"{}",
    "an empty header": pack({}, b""),
    "a header that is a list": pack([], b""),
    "a header nested deep": struct.pack("<Q", 200_000) + b'{"a":' * 40_000,
    "a header that is not UTF-8": struct.pack("<Q", 2) + b"\xff\xff",
}


@pytest.mark.parametrize("kind", list(FOREIGN))
def test_a_foreign_file_is_refused(kind: str, tmp_path: Path) -> None:
    assert refused(tmp_path / "w.safetensors", FOREIGN[kind]) == "not_a_checkpoint"


@given(st.data())
def test_a_file_cut_short_or_with_more_at_its_end_is_refused(good: bytes, place: Path, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(good) - 1) | st.integers(0, 300))
    assert refused(place, good[:length]) == "not_a_checkpoint"
    assert refused(place, good + data.draw(st.binary(min_size=1, max_size=100))) == "not_a_checkpoint"


def with_tensors(good: bytes, **tensors: np.ndarray | None) -> bytes:
    """The good file with some tensors replaced, or left out for None; written by hand."""
    header, body = unpack(good)
    names = {"float32": "F32", "float16": "F16", "float64": "F64", "int32": "I32", "bool": "BOOL", "uint8": "U8"}
    stored: dict[str, np.ndarray | None] = {
        name: np.frombuffer(body[slice(*header[name]["data_offsets"])], "<f4").reshape(header[name]["shape"])
        for name in ("W", "b")
    }
    parts: dict[str, Any] = {"__metadata__": header["__metadata__"]}
    content = b""
    for name, array in {**stored, **tensors}.items():
        if array is not None:
            offsets = [len(content), len(content) + array.nbytes]
            parts[name] = {"dtype": names[array.dtype.name], "shape": list(array.shape), "data_offsets": offsets}
            content += array.tobytes()
    return pack(parts, content)


WRONG_TENSORS: dict[str, dict[str, np.ndarray | None]] = {
    "no W": {"W": None},
    "no b": {"b": None},
    "no tensors": {"W": None, "b": None},
    "other names": {"W": None, "weight": np.zeros((10, 784), np.float32)},
    "W transposed": {"W": np.zeros((784, 10), np.float32)},
    "W flat": {"W": np.zeros(7840, np.float32)},
    "W as images": {"W": np.zeros((10, 28, 28), np.float32)},
    "W of eleven classes": {"W": np.zeros((11, 784), np.float32)},
    "W empty": {"W": np.zeros((0, 784), np.float32)},
    "b of a column": {"b": np.zeros((10, 1), np.float32)},
    "b of eleven": {"b": np.zeros(11, np.float32)},
    "b a number": {"b": np.zeros((), np.float32)},
    "W in half precision": {"W": np.zeros((10, 784), np.float16)},
    "W in double precision": {"W": np.zeros((10, 784), np.float64)},
    "W of whole numbers": {"W": np.zeros((10, 784), np.int32)},
    "W of bytes": {"W": np.zeros((10, 784), np.uint8)},
    "b in double precision": {"b": np.zeros(10, np.float64)},
    "b of truth values": {"b": np.zeros(10, np.bool_)},
}


@pytest.mark.parametrize("kind", list(WRONG_TENSORS))
def test_other_tensors_are_refused(kind: str, good: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "w", with_tensors(good, **WRONG_TENSORS[kind])) == "not_a_checkpoint"


def test_the_file_made_by_hand_is_as_good(good: bytes, checkpoint: Checkpoint, tmp_path: Path) -> None:
    """So what the other tests change in it is what is refused; a tensor too many does no harm."""
    (tmp_path / "w").write_bytes(with_tensors(good))
    assert equal(load_checkpoint(tmp_path / "w"), checkpoint)
    (tmp_path / "w").write_bytes(with_tensors(good, another=np.zeros(3, np.float32)))
    assert equal(load_checkpoint(tmp_path / "w"), checkpoint)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["W", "b"])
def test_weights_that_are_not_finite_are_refused(name: str, value: float, good: bytes, tmp_path: Path) -> None:
    array = np.zeros({"W": (10, 784), "b": (10,)}[name], np.float32)
    array.flat[-1] = value
    (tmp_path / "w").write_bytes(with_tensors(good, **{name: array}))
    error = refusal(load_checkpoint, tmp_path / "w")
    assert error.key == "checkpoint_not_finite"
    assert error.values["name"] == name


@pytest.mark.parametrize("shape", [[2**63, 0], [0, 2**64 - 1], [0] * 100, [0, 2**62, 2**62], [-1], [1.5], "10", None])
def test_a_shape_that_cannot_be_is_refused(shape: object, good: bytes, tmp_path: Path) -> None:
    header, body = unpack(good)
    for name in ("W", "another"):
        offsets = header[name]["data_offsets"] if name in header else [len(body), len(body)]
        changed = {**header, name: {"dtype": "F32", "shape": shape, "data_offsets": offsets}}
        (tmp_path / "w").write_bytes(pack(changed, body))
        try:
            load_checkpoint(tmp_path / "w")
        except CheckpointError as error:
            assert error.key == "not_a_checkpoint"
        else:
            assert name == "another"  # a tensor that nobody reads may be as odd as the format allows


def with_metadata(good: bytes, **changes: str | None) -> bytes:
    """The good file with some of its metadata replaced, or left out for None."""
    header, body = unpack(good)
    metadata = {**header["__metadata__"], **changes}
    return pack({**header, "__metadata__": {name: text for name, text in metadata.items() if text is not None}}, body)


@pytest.mark.parametrize("name", ["format", "version", "hyperparameters", "data", "step"])
def test_missing_metadata_are_refused(name: str, good: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "w", with_metadata(good, **{name: None})) == "not_a_checkpoint"


def test_weights_of_another_program_are_refused(good: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "w", with_metadata(good, format="pt")) == "not_a_checkpoint"
    header, body = unpack(good)
    del header["__metadata__"]
    assert refused(tmp_path / "w", pack(header, body)) == "not_a_checkpoint"


@pytest.mark.parametrize("version", ["0", "2", "10", "999999999"])
def test_another_version_says_so(version: str, good: bytes, tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(with_tensors(with_metadata(good, version=version), W=None))
    error = refusal(load_checkpoint, tmp_path / "w")
    assert error.key == "checkpoint_version"  # although its tensors are none that this version knows
    assert f" {version} " in str(error)


@pytest.mark.parametrize("version", ["", "one", "1.0", "-1", "1\n2", "²", "9" * 100_000])
def test_a_version_that_is_no_number_is_refused(version: str, good: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "w", with_metadata(good, version=version)) == "not_a_checkpoint"


@pytest.mark.parametrize("step", ["", "many", "1e3", "1.5", "9" * 5000])
def test_steps_that_are_no_number_are_refused(step: str, good: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "w", with_metadata(good, step=step)) == "not_a_checkpoint"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '"lr"', "{}", '{"lr": 0.1}', "[" * 100_000, '{"lr":' * 50_000], ids=range(10)
)
def test_hyperparameters_that_are_not_whole_json_are_refused(text: str, good: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path / "w", with_metadata(good, hyperparameters=text)) == "not_a_checkpoint"


NO_NUMBERS: tuple[object, ...] = (None, "1", [], {}, True, float("nan"), float("inf"), 10**400)
OUTSIDE: list[tuple[str, object]] = [
    *((name, value) for name, (low, high) in LIMITS.items() for value in (low - 1, high + 1)),
    *((name, value) for name in LIMITS for value in NO_NUMBERS),
    *((name, 1.5) for name in ("num_epochs", "batch_size", "seed")),
    *(("implementation", value) for value in ("jax", "", None, 1, ["scratch"])),
    ("momentum", 0.9),
]


@pytest.mark.parametrize(("name", "value"), OUTSIDE, ids=lambda value: str(value)[:20])
def test_hyperparameters_outside_their_limits_are_refused(
    name: str, value: object, good: bytes, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    text = json.dumps({**asdict(checkpoint.hyperparameters), name: value})
    assert refused(tmp_path / "w", with_metadata(good, hyperparameters=text)) == "not_a_checkpoint"


def test_a_huge_file_is_refused(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(good)
    os.truncate(path, 2**40)  # of which the disk keeps only what was written
    error = refusal(load_checkpoint, path)
    assert error.key == "checkpoint_too_large"
    assert error.values == {"path": path, "bytes": "1,099,511,627,776", "limit": "1,000,000"}
    os.truncate(path, LARGEST + 1)
    assert refusal(load_checkpoint, path).key == "checkpoint_too_large"
    os.truncate(path, LARGEST)
    assert refusal(load_checkpoint, path).key == "not_a_checkpoint"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_what_is_not_there_or_no_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, reason in (
        (tmp_path / "none", "No such file"),
        (tmp_path, "it is not a file"),
        (tmp_path / "pipe", "it is not a file"),
        (tmp_path / "file" / "w", "Not a directory"),
        (tmp_path / "loop", "symbolic links"),
        (tmp_path / ("x" * 300), "name too long"),
    ):
        error = refusal(load_checkpoint, path)
        assert error.key == "checkpoint_unreadable"
        assert reason in str(error)


def load_or_refuse(path: Path, content: bytes) -> Checkpoint | None:
    path.write_bytes(content)
    try:
        loaded = load_checkpoint(path)
    except CheckpointError as error:
        assert "\n" not in str(error)
        return None
    assert (loaded.W.shape, loaded.b.shape) == ((10, 784), (10,))
    assert bool(loaded.W.isfinite().all())
    assert bool(loaded.b.isfinite().all())
    return loaded


@settings(max_examples=400)
@given(st.data())
def test_flipped_bytes_load_or_are_refused(good: bytes, place: Path, data: st.DataObject) -> None:
    (header,) = struct.unpack("<Q", good[:8])
    where = st.integers(0, 7 + header) | st.integers(0, len(good) - 1)
    content = bytearray(good)
    for at, value in data.draw(st.lists(st.tuples(where, st.integers(0, 255)), min_size=1, max_size=4)):
        content[at] = value
    load_or_refuse(place, bytes(content))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PART = st.fixed_dictionaries({
    "dtype": st.sampled_from(["F32", "F64", "F16", "BF16", "F8_E5M2", "F4", "U64", "C64", "BOOL", "X"]) | ANYTHING,
    "shape": st.sampled_from([[10, 784], [10], [0], []]) | st.lists(st.integers(-1, 2**65), max_size=4) | ANYTHING,
    "data_offsets": st.sampled_from([[0, 31360], [31360, 31400], [0, 0]])
    | st.lists(st.integers(-1, 2**65), min_size=2, max_size=2)
    | ANYTHING,
})  # fmt: skip
METADATA = st.fixed_dictionaries({
    "format": st.just("softmax-studio") | st.text(max_size=5),
    "version": st.just("1") | st.text(max_size=5),
    "hyperparameters": HYPERPARAMETERS.map(lambda settings: json.dumps(asdict(settings))) | ANYTHING.map(json.dumps),
    "data": st.text(max_size=5),
    "step": st.integers(0).map(str) | st.text(max_size=5),
})  # fmt: skip


@settings(max_examples=300)
@given(
    st.fixed_dictionaries({}, optional={"W": PART, "b": PART, "c": PART, "__metadata__": METADATA | ANYTHING}),
    st.sampled_from([0, 40, 31360, 31400]),
)
def test_any_header_loads_or_is_refused(place: Path, header: dict[str, object], length: int) -> None:
    load_or_refuse(place, pack(header, bytes(length)))


@settings(max_examples=100)
@given(METADATA)
def test_any_metadata_load_or_are_refused(good: bytes, place: Path, metadata: dict[str, str]) -> None:
    load_or_refuse(place, with_metadata(good, **metadata))


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(place: Path, content: bytes) -> None:
    assert refused(place, content) == "not_a_checkpoint"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_places_that_cannot_be_written(checkpoint: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.rglob("*"))
    for path, reason in (
        (tmp_path / "none" / "w", "No such file"),
        (tmp_path / "file" / "w", "Not a directory"),
        (tmp_path / "folder", "it is not a file"),
        (tmp_path / "pipe", "it is not a file"),  # as a device: renaming over it would destroy it
        (Path("/"), "it is not a file"),
        (Path(), "it is not a file"),
        (tmp_path / ("x" * 300), "name too long"),
        (tmp_path / ("x" * 250), "name too long"),  # itself it is not, but the part file's name is
    ):
        for error in (refusal(save_checkpoint, path, checkpoint), refusal(check_place, path)):
            assert error.key == "checkpoint_unwritable"
            assert error.values["path"] == path
            assert reason in str(error)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("method", ["write_bytes", "replace"])
@pytest.mark.parametrize("raised", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr)
def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    method: str,
    raised: BaseException,
    good: bytes,
    checkpoint: Checkpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(good)
    write = Path.write_bytes

    def fail(self: Path, argument: object) -> None:
        if isinstance(argument, bytes):
            write(self, argument[:100])
        assert list(tmp_path.iterdir()) != [path]  # there is a part file to leave behind
        raise raised

    monkeypatch.setattr(Path, method, fail)
    another = replace(checkpoint, step=1)
    if isinstance(raised, OSError):
        error = refusal(save_checkpoint, path, another)
        assert error.values == {"path": path, "reason": "No space left on device"}
    else:
        with pytest.raises(KeyboardInterrupt):
            save_checkpoint(path, another)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == good


def test_checking_a_place_changes_nothing(good: bytes, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    check_place(path)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(good)
    check_place(path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == good
