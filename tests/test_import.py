"""A run from a file: it comes back whole; what is not one is refused in one sentence, soon and within bounds."""

from __future__ import annotations

import dataclasses
import io
import json
import random
import stat
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import streamlit
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_makers import diverged, trained
from safetensors.torch import load, save

from model import archive
from model.data import FashionData
from model.errors import RunError, RunFileError
from model.export import FACTS, PAST, STANDING, whole_run
from model.history import History
from model.import_run import LIMITS, RunFile, read_run
from model.keeping import keep, restored
from model.kept import Kept, State
from model.runs import Runs
from model.store import Store, store_url
from model.trainer import Trainer
from pages.ui import resources, run_files, runs_view
from pages.ui.text import Text

EN = Text("en")
Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def garments_few(few: FashionData) -> FashionData:
    return dataclasses.replace(few, name="garments")


@pytest.fixture(scope="module")
def kept(garments_few: FashionData) -> Kept:
    return trained(garments_few)


@pytest.fixture(scope="module")
def whole(kept: Kept) -> bytes:
    return whole_run(kept, EN, "A name", "a note\nof two lines")


def parts_of(content: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def packed(parts: Parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def with_facts(content: bytes, **values: Any) -> bytes:
    parts = parts_of(content)
    facts = {**json.loads(parts[FACTS]), **values}
    return packed({**parts, FACTS: json.dumps(facts).encode()})


def with_tensors(content: bytes, path: str, **tensors: torch.Tensor | None) -> bytes:
    parts = parts_of(content)
    changed = {name: t for name, t in {**load(parts[path]), **tensors}.items() if t is not None}
    return packed({**parts, path: save(changed)})


def refusal(content: bytes) -> RunFileError:
    """The error of a file, which is one sentence in each language and comes soon."""
    began = time.process_time()
    with pytest.raises(RunFileError) as told:
        read_run(content, "me")
    assert time.process_time() - began < 2
    for language, stop in (("en", ". "), ("zh", "。")):
        sentence = told.value.say(language)
        assert "\n" not in sentence
        assert sentence.rstrip("。.").count(stop) == 0
    return told.value


def same(a: Kept, b: Kept) -> None:
    names = {field.name for field in dataclasses.fields(Kept)} - {"weights", "snapshots", "confusions"}
    for name in names - {"id", "owner", "created", "state"}:
        assert repr(getattr(a, name)) == repr(getattr(b, name)), name
    assert torch.equal(a.weights.W, b.weights.W)
    assert torch.equal(a.weights.b, b.weights.b)
    assert [s.step for s in a.snapshots] == [s.step for s in b.snapshots]
    for before, after in zip(a.snapshots, b.snapshots, strict=True):
        assert all(map(torch.equal, before[1:], after[1:]))
    known = {s.step for s in a.snapshots}
    assert {k for k in a.confusions if k in known} == b.confusions.keys()
    assert all(torch.equal(b.confusions[step], a.confusions[step]) for step in b.confusions)


def test_a_run_comes_back_whole_as_ones_own(kept: Kept, whole: bytes) -> None:
    found, name, note = read_run(whole, "you")
    same(kept, found)
    assert (found.owner, found.state, name, note) == ("you", "finished", "A name", "a note\nof two lines")
    assert found.id != kept.id
    assert read_run(whole, "you").kept.id != found.id
    assert abs(found.created - time.time()) < 60


@pytest.mark.parametrize(
    ("steps", "state", "comes_back_as"),
    [
        (0, "paused", "paused"),
        (1, "running", "paused"),
        (7, "interrupted", "paused"),
        (10, "paused", "paused"),
        (13, "stopped", "stopped"),
        (13, "failed", "failed"),
        (20, "finished", "finished"),
    ],
)
def test_a_run_of_each_state_comes_back(
    garments_few: FashionData, steps: int, state: State, comes_back_as: str
) -> None:
    kept = dataclasses.replace(trained(garments_few, steps), state=state)
    found = read_run(whole_run(kept, EN), "you").kept
    same(kept, found)
    assert found.state == comes_back_as


def test_a_run_without_a_further_step_has_ended(garments_few: FashionData) -> None:
    for kept, state in ((trained(garments_few), "finished"), (diverged(garments_few), "diverged")):
        at_work = dataclasses.replace(kept, state="running")  # saved between its last step and its end
        assert read_run(whole_run(at_work, EN), "you").kept.state == state


def test_a_run_that_diverged_comes_back(garments_few: FashionData) -> None:
    kept = diverged(garments_few)
    found = read_run(whole_run(kept, EN), "you").kept
    same(kept, found)
    assert (found.progress.step, found.weights.step) == (2, 1)


def test_an_imported_run_goes_on_to_the_very_same_weights(kept: Kept, garments_few: FashionData) -> None:
    found = read_run(whole_run(trained(garments_few, 7, "paused"), EN), "you").kept
    run = restored(found, garments_few)
    run.play(run.num_steps)
    while not run.exhausted:
        run.advance(1.0)
    assert torch.equal(keep(run).weights.W, kept.weights.W)
    assert keep(run).epochs == kept.epochs


def test_it_goes_on_only_with_its_own_data(garments_few: FashionData) -> None:
    found = read_run(whole_run(trained(garments_few, 7, "paused"), EN), "you").kept
    other = dataclasses.replace(garments_few, train_labels=9 - garments_few.train_labels)
    with pytest.raises(RunError, match="not the data that it was trained on"):
        restored(found, other)


def test_what_was_imported_is_exported_the_same(kept: Kept, whole: bytes) -> None:
    found = read_run(whole, "you").kept
    again = whole_run(dataclasses.replace(found, created=kept.created), EN, "A name", "a note\nof two lines")
    assert again == whole


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
@pytest.mark.parametrize("batch_size", [1000, 96, 7])
def test_runs_of_all_settings_come_back(garments_few: FashionData, implementation: str, batch_size: int) -> None:
    kept = trained(garments_few, implementation=implementation, batch_size=batch_size, num_epochs=3, lr=10.0)
    same(kept, read_run(whole_run(kept, EN), "you").kept)


def test_a_long_run_is_within_the_limits(garments_few: FashionData) -> None:
    kept = trained(garments_few, num_epochs=1000, batch_size=32)
    content = whole_run(kept, EN, "n" * 80, "学" * 2000)
    assert len(content) < archive.MOST_BYTES / 2
    assert all(len(parts_of(content)[name]) < limit / 1.5 for name, limit in LIMITS.items())
    began = time.process_time()
    same(kept, read_run(content, "you").kept)
    assert time.process_time() - began < 2


def test_the_store_takes_it_with_its_name(whole: bytes, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_DB", f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    runs = Runs(Store(store_url()), "here")
    kept, name, note = read_run(whole, "you")
    runs.add(kept, name=name, note=note, imported=True)
    same(kept, runs.load(kept.id)[0])
    summary = History(runs).summary(kept.id)
    assert (summary.name, summary.note, summary.imported) == ("A name", "a note\nof two lines", True)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", b"\x89PNG\r\n\x1a\n" + bytes(99), b"%PDF"])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert refusal(content).key in ("run_file_no_zip", "run_file_damaged")


def test_a_zip_that_is_no_run_is_refused(whole: bytes) -> None:
    for facts in (b"", b"[]", b"{}", b"\xff", b'{"format": "other"}', b"[" * 90_000, b'{"a": NaN}', b"9" * 90_000):
        assert refusal(packed({FACTS: facts})).key == "run_file_foreign"
    assert refusal(packed({"readme.txt": b"hello"})).key == "run_file_foreign"
    for name in (STANDING, PAST):
        parts = parts_of(whole)
        del parts[name]
        assert refusal(packed(parts)).key == "run_file_missing"


def test_a_newer_version_is_refused(whole: bytes) -> None:
    assert refusal(with_facts(whole, version=2)).key == "run_file_newer"
    for version in (0, -1, 1.0, True, "1", None, 10**30):
        assert refusal(with_facts(whole, version=version)).key == "run_file_value"


def test_a_file_that_is_too_large_is_refused() -> None:
    assert refusal(b"PK" + bytes(archive.MOST_BYTES)).key == "run_file_bytes"
    many = packed({f"{i}.txt": b"" for i in range(archive.MOST_ENTRIES + 1)})
    assert refusal(many).key == "run_file_entries"
    assert refusal(b"PK" + archive.ENTRY * (archive.MOST_BYTES // 4 - 1)).key == "run_file_entries"


def test_a_bomb_is_not_unpacked(whole: bytes) -> None:
    for name in LIMITS:
        bomb = packed({**parts_of(whole), name: bytes(LIMITS[name] + 1)})
        assert refusal(bomb).key == "run_file_part_bytes"
    assert refusal(packed({**parts_of(whole), "curves.csv": bytes(archive.MOST_UNPACKED)})).key == "run_file_unpacked"
    # One that says it is small, and is not.
    huge = bytes(500_000_000)
    lying = packed({FACTS: huge}).replace(len(huge).to_bytes(4, "little"), (600).to_bytes(4, "little"))
    del huge
    tracemalloc.start()
    refusal(lying)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_limit_are_refused(method: int, whole: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in parts_of(whole).items():
            made.writestr(name, content)
    assert refusal(file.getvalue()).key == "run_file_damaged"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../run.py", "a/../../b", "a/..", "C:run.py", "C:\\run.py", "a\\..\\b", "//host/share", "a/./b",
     "run.py\0.txt", "a\nb", "a\x1b[31m", ".."],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(whole: bytes, path: str) -> None:
    stand_in = "?" * len(path.encode())
    content = packed({**parts_of(whole), stand_in: b"x"}).replace(stand_in.encode(), path.encode())
    assert refusal(content).key == "run_file_path"


@pytest.mark.parametrize("name", ["run.json", "RUN.JSON", "weights.npz"])
def test_a_part_that_is_there_twice_is_refused(whole: bytes, name: str) -> None:
    file = io.BytesIO(whole)
    with zipfile.ZipFile(file, "a") as made, warnings.catch_warnings(action="ignore"):
        made.writestr(name, b"{}")
    assert refusal(file.getvalue()).key == "run_file_path"


def test_a_link_is_refused(whole: bytes) -> None:
    file = io.BytesIO(whole)
    with zipfile.ZipFile(file, "a") as made:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert refusal(file.getvalue()).key == "run_file_path"


def test_an_encrypted_file_is_refused(whole: bytes) -> None:
    content = bytearray(whole)
    at = content.index(archive.ENTRY)
    content[at + 8] |= 1
    assert refusal(bytes(content)).key == "run_file_encrypted"


def test_a_damaged_file_is_refused(whole: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(whole)) as found:
        at = found.getinfo(PAST).header_offset + 30 + len(PAST) + 5000
    content = bytearray(whole)
    content[at] ^= 0xFF
    assert refusal(bytes(content)).key == "run_file_damaged"
    for length in (len(whole) - 1, len(whole) // 2, 40):
        assert refusal(whole[:length]).key == "run_file_damaged"


@pytest.mark.parametrize(
    "values",
    [
        {"data": "../../etc"}, {"data": "cifar"}, {"data": 3}, {"checksum": "x" * 64}, {"checksum": "A" * 64},
        {"checksum": None}, {"num_examples": 0}, {"num_examples": 60_001}, {"num_examples": 1000.0},
        {"num_examples": True}, {"num_examples": 999}, {"num_examples": 2000}, {"num_examples": 10}, {"pace": "warp"},
        {"pace": ["full"]}, {"state": "won"}, {"state": None}, {"state": "diverged"}, {"seconds": -1},
        {"seconds": 1e12}, {"seconds": "1"}, {"seconds": True}, {"seconds": 10**400}, {"diverging_since": 0},
        {"diverging_since": 21}, {"diverging_since": 1.5}, {"versions": []}, {"versions": {"torch": 2}},
        {"versions": {"torch": '"""; import os'}}, {"versions": {"a b": "1"}}, {"versions": {"torch": "1" * 61}},
        {"versions": {str(i): "1" for i in range(21)}}, {"versions": {"torch": "2\n"}}, {"hyperparameters": None},
        {"hyperparameters": []}, {"hyperparameters": {}},
    ],
    ids=str,
)  # fmt: skip
def test_facts_that_no_run_has_are_refused(whole: bytes, values: dict[str, Any]) -> None:
    assert refusal(with_facts(whole, **values)).key == "run_file_value"


@pytest.mark.parametrize(
    "values",
    [{"lr": 0}, {"lr": 1e9}, {"lr": "0.1"}, {"lr": True}, {"lr": 10**400}, {"num_epochs": 2.5}, {"num_epochs": 1001},
     {"num_epochs": 1}, {"num_epochs": 3}, {"batch_size": 0}, {"batch_size": 1001}, {"batch_size": 99}, {"seed": -1},
     {"seed": 2**40}, {"init_std": -1}, {"implementation": "other"}, {"implementation": None}, {"extra": 1},
     {"lr": None}],
    ids=str,
)  # fmt: skip
def test_settings_outside_their_limits_are_refused(whole: bytes, values: dict[str, Any]) -> None:
    settings = json.loads(parts_of(whole)[FACTS])["hyperparameters"]
    assert refusal(with_facts(whole, hyperparameters={**settings, **values})).key == "run_file_value"


@pytest.mark.parametrize("words", ["n" * 2001, "a\0b", "a\x1bb", "\ud800", 3, None, ["a"]], ids=repr)
@pytest.mark.parametrize("name", ["name", "note"])
def test_words_too_long_or_with_control_characters_are_refused(whole: bytes, name: str, words: object) -> None:
    assert refusal(with_facts(whole, **{name: words})).key == "run_file_words"


def test_a_name_that_a_person_can_write_comes_back(kept: Kept) -> None:
    for name in ("", "学习率 0.1", "👩‍🔬 café", "<b>*|", "n" * 80):
        assert read_run(whole_run(kept, EN, name, name), "you")[1:] == (name, name)
    assert read_run(whole_run(kept, EN, "a\0b", "a\r\nb"), "you")[1:] == ("ab", "a\nb")


def changed(index: Any, value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    def change(tensor: torch.Tensor) -> torch.Tensor:
        tensor = tensor.clone()
        tensor[index] = value
        return tensor

    return change


WRONG: dict[str, tuple[str, str, Callable[[torch.Tensor], torch.Tensor | None], str]] = {
    "no W": (STANDING, "W", lambda t: None, "run_file_missing"),
    "W transposed": (STANDING, "W", lambda t: t.T.contiguous(), "run_file_tensor"),
    "W double": (STANDING, "W", lambda t: t.double(), "run_file_tensor"),
    "W empty": (STANDING, "W", lambda t: t[:0], "run_file_tensor"),
    "W infinite": (STANDING, "W", changed((3, 4), float("inf")), "run_file_not_finite"),
    "b not a number": (STANDING, "b", changed(9, float("nan")), "run_file_not_finite"),
    "another step": (STANDING, "step", lambda t: t - 5, "run_file_value"),
    "a negative step": (STANDING, "step", lambda t: -t, "run_file_value"),
    "step of two": (STANDING, "step", lambda t: torch.tensor([1, 2]), "run_file_tensor"),
    "beyond the end": (STANDING, "progress", changed(0, 21), "run_file_value"),
    "far beyond the end": (STANDING, "progress", changed(0, 1e300), "run_file_value"),
    "half a step": (STANDING, "progress", changed(0, 19.5), "run_file_value"),
    "step not a number": (STANDING, "progress", changed(0, float("nan")), "run_file_value"),
    "loss not a number": (STANDING, "progress", changed(1, float("nan")), "run_file_value"),
    "loss below zero": (STANDING, "progress", changed(1, -1), "run_file_value"),
    "more right than there are": (STANDING, "progress", changed(2, 1001), "run_file_value"),
    "other examples": (STANDING, "progress", changed(3, 900), "run_file_value"),
    "no examples": (STANDING, "progress", changed(3, 0), "run_file_value"),
    "first loss infinite": (STANDING, "progress", changed(4, float("inf")), "run_file_value"),
    "one more tensor": (STANDING, "extra", lambda t: torch.zeros(3), "run_file_tensor"),
    "no epochs": (PAST, "epochs", lambda t: None, "run_file_missing"),
    "one epoch too few": (PAST, "epochs", lambda t: t[:1], "run_file_value"),
    "epochs not ascending": (PAST, "epochs", lambda t: t.flip(0), "run_file_value"),
    "an epoch twice": (PAST, "epochs", changed((1, 0), 1), "run_file_value"),
    "epoch not a number": (PAST, "epochs", changed((0, 0), float("nan")), "run_file_value"),
    "accuracy over one": (PAST, "epochs", changed((0, 3), 1.01), "run_file_value"),
    "accuracy below zero": (PAST, "epochs", changed((0, 2), -0.01), "run_file_value"),
    "accuracy not a number": (PAST, "epochs", changed((0, 3), float("nan")), "run_file_value"),
    "epoch's loss infinite": (PAST, "epochs", changed((0, 1), float("inf")), "run_file_value"),
    "epochs of five": (PAST, "epochs", lambda t: torch.zeros(2, 5, dtype=torch.float64), "run_file_tensor"),
    "trace not ascending": (PAST, "trace", lambda t: t.flip(0), "run_file_value"),
    "trace beyond the end": (PAST, "trace", changed((-1, 0), 2.5), "run_file_value"),
    "trace not finite": (PAST, "trace", changed((0, 1), float("nan")), "run_file_value"),
    "trace accuracy": (PAST, "trace", changed((0, 2), 2), "run_file_value"),
    "too much trace": (PAST, "trace", lambda t: torch.linspace(0.1, 1, 900).double().view(300, 3), "run_file_value"),
    "no first snapshot": (PAST, "steps", changed(0, 1), "run_file_value"),
    "snapshots twice": (PAST, "steps", changed(1, 0), "run_file_value"),
    "snapshot of the future": (PAST, "steps", changed(-1, 21), "run_file_value"),
    "fewer levels": (PAST, "levels", lambda t: t[1:], "run_file_tensor"),
    "short levels": (PAST, "levels", lambda t: t[:, :, 1:].contiguous(), "run_file_tensor"),
    "limit infinite": (PAST, "limits", changed((1, 2), float("inf")), "run_file_not_finite"),
    "snapshot's b": (PAST, "b", changed((1, 2), float("nan")), "run_file_not_finite"),
    "confusion below zero": (PAST, "confusion", changed((0, 1, 2), -1), "run_file_value"),
    "confusion of nothing": (PAST, "confused", changed(0, 21), "run_file_value"),
    "no confusion": (PAST, "confusion", lambda t: None, "run_file_missing"),
    "fewer confusions": (PAST, "confusion", lambda t: t[:1], "run_file_tensor"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_tensors_that_no_run_has_are_refused(whole: bytes, wrong: str) -> None:
    path, name, change, key = WRONG[wrong]
    tensor = load(parts_of(whole)[path]).get(name, torch.zeros(0))
    assert refusal(with_tensors(whole, path, **{name: change(tensor)})).key == key


def test_too_many_snapshots_are_refused(whole: bytes, garments_few: FashionData) -> None:
    kept = trained(garments_few, num_epochs=30)
    past = load(parts_of(whole_run(kept, EN))[PAST])
    steps = torch.arange(122)
    more = {name: past[name][:1].expand(122, *past[name].shape[1:]).contiguous() for name in ("levels", "limits", "b")}
    content = with_tensors(
        whole_run(kept, EN), PAST, steps=steps, confused=past["confused"][:0], confusion=None, **more
    )
    assert refusal(content).key == "run_file_value"


@pytest.mark.parametrize(
    "header",
    [b"", b"{", b"[]", b'{"W":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}',
     b'{"W":{"dtype":"F32","shape":[10,784],"data_offsets":[0,99999999999]}}', b'{"W":{"dtype":"F99","shape":[1]}}'],
)  # fmt: skip
def test_a_header_that_lies_is_refused(whole: bytes, header: bytes) -> None:
    for length in (len(header), 2**62):
        part = length.to_bytes(8, "little") + header + bytes(64)
        assert refusal(packed({**parts_of(whole), STANDING: part})).key in ("run_file_damaged", "run_file_missing")


def outcome(content: bytes) -> RunFile | str:
    """A run or one sentence, within two seconds of processor time."""
    began = time.process_time()
    try:
        return read_run(content, "me")
    except RunFileError as error:
        return str(error)
    finally:
        assert time.process_time() - began < 2


def test_hundreds_of_mutated_files_each_end_in_a_run_or_a_sentence(whole: bytes) -> None:
    rng, ended = random.Random(0), {"run": 0, "sentence": 0}
    tracemalloc.start()
    for i in range(400):
        content = bytearray(whole)
        for _ in range(rng.choice((1, 1, 2, 8, 64))):
            # Half of them at the end, where the ZIP says what is in it.
            at = rng.randrange(len(content)) if i % 2 else len(content) - 1 - rng.randrange(900)
            content[at] = rng.randrange(256)
        if i % 5 == 0:
            start = rng.randrange(len(content))
            del content[start : start + rng.randrange(2000)]
        ended["run" if isinstance(outcome(bytes(content)), RunFile) else "sentence"] += 1
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    assert ended["sentence"] > 100
    assert ended["run"] > 10  # what is for people only is not read


def test_mutated_parts_in_a_sound_zip_each_end_in_a_run_or_a_sentence(whole: bytes) -> None:
    rng, parts = random.Random(1), parts_of(whole)
    for i in range(300):
        name = (FACTS, STANDING, PAST)[i % 3]
        content = bytearray(parts[name])
        for _ in range(rng.choice((1, 2, 5))):
            content[rng.randrange(min(len(content), 2000))] = rng.randrange(256)
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as made:
            for part in (FACTS, STANDING, PAST):
                made.writestr(part, bytes(content) if part == name else parts[part])
        outcome(file.getvalue())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = (
    "version", "name", "note", "hyperparameters", "data", "checksum", "num_examples", "pace", "versions", "state",
    "seconds", "diverging_since",
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FIELDS), value=VALUES)
def test_whatever_stands_in_a_field_ends_in_a_run_or_a_sentence(whole: bytes, name: str, value: Any) -> None:
    parts = parts_of(whole)
    facts = json.dumps({**json.loads(parts[FACTS]), name: value})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for part in (FACTS, STANDING, PAST):
            made.writestr(part, facts if part == FACTS else parts[part])
    outcome(file.getvalue())


@settings(max_examples=200)
@given(st.binary(max_size=500))
def test_whatever_bytes_end_in_a_sentence(content: bytes) -> None:
    assert isinstance(outcome(content), str)
    assert isinstance(outcome(b"PK\x03\x04" + content), str)
    assert isinstance(outcome(packed({FACTS: content})), str)


def test_the_page_takes_a_run_and_says_what_is_wrong_with_another(
    server: Trainer, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, Any] = {}
    said: list[object] = []
    monkeypatch.setattr(streamlit, "session_state", state)
    monkeypatch.setattr(run_files, "tell", said.append)
    monkeypatch.setattr(run_files, "untell", said.clear)
    opened: list[str] = []
    monkeypatch.setattr(runs_view, "set_opened", opened.append)
    monkeypatch.setattr(run_files, "show_run", lambda run: opened.append(run.id))
    state["upload"] = io.BytesIO(b"no run")
    run_files._take("me", "upload")
    assert [str(error)[:15] for error in said] == ["The file is no "]
    state["upload"] = io.BytesIO(whole)
    run_files._take("me", "upload")
    assert said == []
    (summary,), total = resources.keeper().history.listing("me")
    assert (total, summary.name, summary.imported) == (1, "A name", True)
    assert opened == [summary.id, summary.id]
