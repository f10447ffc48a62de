"""Reading Fashion-MNIST: whole files are read as torchvision reads them, any other gives one plain DataError."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torchvision.datasets import FashionMNIST
from torchvision.datasets.mnist import read_image_file, read_label_file
from torchvision.transforms import ToTensor

from model.data import (
    RAW_FILES,
    TEXT_LABELS,
    FashionData,
    RawFile,
    data_folder,
    find_file,
    from_arrays,
    is_present,
    load_fashion_mnist,
    parse_idx,
    raw_folder,
    read_checked,
)
from model.errors import DataError

NAMES = [file.name for file in RAW_FILES]


def idx(array: np.ndarray) -> bytes:
    """``array`` as an IDX file, written by hand from the format's description."""
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class Tiny:
    """A data set of 30 images: what its four files hold, and a folder to put them in."""

    root: Path
    arrays: list[np.ndarray]
    unpacked: list[bytes]
    packed: list[bytes]
    files: list[RawFile]

    def put(self, i: int, packed: bool, content: bytes | None = None) -> Path:
        """Store the i-th file, or ``content`` in its place."""
        path = raw_folder(self.root) / (NAMES[i] + (".gz" if packed else ""))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((self.packed if packed else self.unpacked)[i] if content is None else content)
        return path

    def put_all(self, packed: bool) -> None:
        """Store all four files."""
        for i in range(4):
            self.put(i, packed)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (20, 28, 28), np.uint8), rng.integers(0, 10, 20, np.uint8),
        rng.integers(0, 256, (10, 28, 28), np.uint8), rng.integers(0, 10, 10, np.uint8),
    ]  # fmt: skip
    unpacked = [idx(array) for array in arrays]
    packed = [gzip.compress(content) for content in unpacked]
    files = [RawFile(*row) for row in zip(NAMES, map(len, packed), map(md5, packed), map(md5, unpacked), strict=True)]
    monkeypatch.setattr("model.data.RAW_FILES", tuple(files))
    return Tiny(tmp_path / "root", arrays, unpacked, packed, files)


def refusal(tiny: Tiny) -> DataError:
    """The error of loading ``tiny``, which must be one sentence in both languages."""
    with pytest.raises(DataError) as caught:
        load_fashion_mnist(tiny.root)
    for sentence, stop in ((str(caught.value), "."), (caught.value.say("zh"), "。")):
        assert sentence.endswith(stop)
        assert "\n" not in sentence
    return caught.value


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)))
def test_parse_idx_gives_back_what_was_written(array: np.ndarray) -> None:
    parsed = parse_idx(idx(array))
    assert parsed.dtype == np.uint8
    assert parsed.shape == array.shape
    np.testing.assert_array_equal(parsed, array)


def test_parse_idx_reads_what_torchvision_reads(tiny: Tiny) -> None:
    for i, read in enumerate((read_image_file, read_label_file, read_image_file, read_label_file)):
        theirs = read(tiny.put(i, packed=False)).numpy()
        np.testing.assert_array_equal(parse_idx(tiny.unpacked[i]), theirs)


@pytest.mark.parametrize("packed", [(True,) * 4, (False,) * 4, (True, False, True, False)], ids=str)
def test_packed_and_unpacked_files_give_the_same_data(tiny: Tiny, packed: tuple[bool, ...]) -> None:
    for i in range(4):
        tiny.put(i, packed[i])
    data = load_fashion_mnist(tiny.root)
    parts = (data.train_images(), data.train_labels, data.test_images, data.test_labels)
    for part, array in zip(parts, tiny.arrays, strict=True):
        values = (part * 255).round() if part.dim() == 2 else part
        np.testing.assert_array_equal(values.numpy(), array.reshape(len(array), -1).squeeze())
    assert data.name == "fashion-mnist"
    assert data.source == "FashionMNIST/raw"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("i", range(4))
def test_each_file_is_read_checked(tiny: Tiny, i: int, packed: bool) -> None:
    assert read_checked(tiny.put(i, packed), tiny.files[i]) == tiny.unpacked[i]


def damaged(content: bytes) -> dict[str, bytes]:
    """Ways in which a file is not the published one."""
    middle = len(content) // 2
    return {
        "empty": b"",
        "one byte": content[:1],
        "header only": content[:10],
        "cut short": content[:-1],
        "longer": content + b"\0",
        "one bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "zeros of the right length": bytes(len(content)),
        "a good header and noise": content[:12] + bytes(range(256)) * (len(content) // 256),
        "the mirror's error page": b"<!DOCTYPE html><title>404</title>",
        "another gzip": gzip.compress(b"another"),
    }


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("kind", list(damaged(b"01")))
def test_a_damaged_file_is_named_with_its_size(tiny: Tiny, kind: str, packed: bool) -> None:
    tiny.put_all(packed)
    for i in range(4):
        content = damaged((tiny.packed if packed else tiny.unpacked)[i])[kind]
        path = tiny.put(i, packed, content)
        error = refusal(tiny)
        assert error.key == "data_corrupt"
        assert error.values == {"path": path, "bytes": len(content)}
        tiny.put(i, packed)
    load_fashion_mnist(tiny.root)


def test_packed_and_unpacked_content_are_not_taken_for_each_other(tiny: Tiny) -> None:
    for packed in (True, False):
        tiny.put_all(packed)
        path = tiny.put(0, packed, (tiny.unpacked if packed else tiny.packed)[0])
        assert refusal(tiny).values["path"] == path
        path.unlink()


def test_another_file_of_the_set_is_not_taken_for_the_right_one(tiny: Tiny) -> None:
    tiny.put_all(packed=True)
    path = tiny.put(3, packed=True, content=tiny.packed[1])
    assert refusal(tiny).values["path"] == path


@given(st.data(), st.booleans())
def test_no_changed_bytes_get_past_the_sum(
    tmp_path_factory: pytest.TempPathFactory, d: st.DataObject, gz: bool
) -> None:
    content = idx(np.arange(12, dtype=np.uint8).reshape(3, 4))
    packed = gzip.compress(content, mtime=0)
    file = RawFile("x", len(packed), md5(packed), md5(content))
    stored = bytearray(packed if gz else content)
    where = d.draw(st.integers(0, len(stored) - 1))
    stored[where] ^= d.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / ("flipped.gz" if gz else "flipped")
    path.write_bytes(stored)
    with pytest.raises(DataError) as caught:
        read_checked(path, file)
    assert caught.value.key == "data_corrupt"


@pytest.mark.parametrize("i", range(4))
def test_a_missing_file_is_named_with_its_folder(tiny: Tiny, i: int) -> None:
    tiny.put_all(packed=True)
    assert is_present(tiny.root)
    (raw_folder(tiny.root) / f"{NAMES[i]}.gz").unlink()
    assert not is_present(tiny.root)
    error = refusal(tiny)
    assert error.key == "data_missing"
    assert error.values == {"file": f"{NAMES[i]}.gz", "folder": tiny.root / "FashionMNIST" / "raw"}


def test_an_empty_and_a_missing_folder_hold_nothing(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "none"):
        assert not is_present(root)
        assert find_file(raw_folder(root), RAW_FILES[0]) is None
        with pytest.raises(DataError) as caught:
            load_fashion_mnist(root)
        assert caught.value.key == "data_missing"


def test_a_file_in_place_of_the_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "FashionMNIST").write_text("not a folder")
    assert not is_present(tmp_path)


def test_the_unpacked_file_is_preferred(tiny: Tiny) -> None:
    raw, file = raw_folder(tiny.root), RAW_FILES[1]
    assert find_file(raw, file) is None
    packed = tiny.put(1, packed=True)
    assert find_file(raw, file) == packed
    unpacked = tiny.put(1, packed=False)
    assert find_file(raw, file) == unpacked


def test_a_directory_in_place_of_a_file_is_no_file(tiny: Tiny) -> None:
    tiny.put_all(packed=True)
    (raw_folder(tiny.root) / NAMES[0]).mkdir()
    assert find_file(raw_folder(tiny.root), RAW_FILES[0]) == raw_folder(tiny.root) / f"{NAMES[0]}.gz"
    load_fashion_mnist(tiny.root)
    (raw_folder(tiny.root) / f"{NAMES[2]}.gz").unlink()
    (raw_folder(tiny.root) / f"{NAMES[2]}.gz").mkdir()
    assert refusal(tiny).values["file"] == f"{NAMES[2]}.gz"


def test_what_cannot_be_read_says_why(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="Is a directory") as caught:
        read_checked(tiny.root.parent, tiny.files[0])
    assert caught.value.key == "data_unreadable"

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    tiny.put_all(packed=True)
    monkeypatch.setattr(Path, "read_bytes", refuse)  # permissions themselves do not bind root
    error = refusal(tiny)
    assert error.key == "data_unreadable"
    assert error.values == {"path": raw_folder(tiny.root) / f"{NAMES[0]}.gz", "reason": "Permission denied"}


def test_a_folder_that_may_not_be_looked_into_says_why(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Python 3.14 ``Path.is_file`` raises there, and the page would end in a traceback."""

    def refuse(path: Path, follow_symlinks: bool = True) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    assert is_present(tiny.root)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert refusal(tiny).key == "data_unreadable"


@pytest.mark.parametrize("odd", ["loop", "x" * 300])
def test_a_folder_that_cannot_be_says_why(tiny: Tiny, odd: str) -> None:
    loop = tiny.root.parent / "loop"
    loop.symlink_to(loop)
    with pytest.raises(DataError) as caught:
        load_fashion_mnist(tiny.root.parent / odd)
    assert caught.value.key == "data_unreadable"


def test_the_data_folder_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    assert raw_folder() == tmp_path / "FashionMNIST" / "raw"
    assert raw_folder(tmp_path / "other") == tmp_path / "other" / "FashionMNIST" / "raw"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", "~/images")
    assert data_folder() == tmp_path / "images"


def test_a_home_that_is_not_known_is_left_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", "~no-such-user-here/images")
    assert data_folder() == Path("~no-such-user-here/images")
    assert not is_present()


def test_by_default_the_data_folder_is_beside_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    beside = Path(__file__).resolve().parent.parent / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", "")
    assert data_folder() == beside
    monkeypatch.delenv("SOFTMAX_STUDIO_DATA")
    assert data_folder() == beside


def test_the_environment_is_what_loading_uses(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.put_all(packed=True)
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tiny.root))
    assert is_present()
    assert len(load_fashion_mnist().train_labels) == 20


def test_images_are_scaled_exactly_as_totensor_does() -> None:
    levels = np.arange(256, dtype=np.uint8)
    images = np.stack([np.resize(np.roll(levels, 13 * i), (28, 28)) for i in range(7)])
    labels = np.arange(7, dtype=np.uint8)
    data = from_arrays("x", "y", [images, labels, images[:3], labels[:3]])
    theirs = torch.stack([ToTensor()(image[:, :, None]) for image in images]).reshape(7, 784)
    assert data.train_images().dtype == theirs.dtype == torch.float32
    assert torch.equal(data.train_images(), theirs)
    assert torch.equal(data.test_images, theirs[:3])
    assert (float(theirs.min()), float(theirs.max())) == (0.0, 1.0)
    assert data.train_labels.dtype == torch.int64
    assert data.train_labels.tolist() == list(range(7))


def test_the_arrays_given_stay_as_they_were() -> None:
    images, labels = np.full((2, 28, 28), 255, np.uint8), np.array([3, 4], np.uint8)
    data = from_arrays("x", "y", [images, labels, images, labels])
    data.train_images().zero_()
    data.train_labels.zero_()
    assert images.min() == 255
    assert labels.tolist() == [3, 4]
    assert float(data.test_images.min()) == 1.0


def test_the_table_of_sums_is_torchvisions() -> None:
    assert [(f"{file.name}.gz", file.gz_md5) for file in RAW_FILES] == FashionMNIST.resources


def test_the_labels_are_torchvisions_in_order() -> None:
    assert [name.lower().removesuffix("/top") for name in FashionMNIST.classes] == list(TEXT_LABELS)


def test_real_data_is_fashion_mnist(real: FashionData) -> None:
    for images, labels, n in (
        (real.train_images(), real.train_labels, 60_000),
        (real.test_images, real.test_labels, 10_000),
    ):
        assert images.shape == (n, 784)
        assert images.dtype == torch.float32
        assert labels.dtype == torch.int64
        assert labels.bincount().tolist() == [n // 10] * 10
        assert (float(images.min()), float(images.max())) == (0.0, 1.0)
    # The normalisation that is published for the training images.
    assert float(real.train_images().double().mean()) == pytest.approx(0.2860, abs=5e-5)
    assert float(real.train_images().double().std()) == pytest.approx(0.3530, abs=5e-5)
    assert real.train_labels[:10].tolist() == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]


def test_the_table_fits_the_real_files(real: FashionData) -> None:
    for file in RAW_FILES:
        path = find_file(raw_folder(), file)
        assert path is not None
        stored = path.read_bytes()
        content = gzip.decompress(stored) if path.suffix == ".gz" else stored
        assert md5(content) == file.md5
        assert path.suffix != ".gz" or len(stored) == file.gz_bytes
