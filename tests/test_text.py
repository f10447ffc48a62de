"""The words: both languages say the same things, every word is used, and every word used is there."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from model.data import TEXT_LABELS
from model.errors import TEXT, BadSetting, StudioError
from model.ideas.faults import FAULTS
from model.kept import State
from pages.ui import wall
from pages.ui.ideas import IDEAS
from pages.ui.text import LANGUAGES, Text, section, text_labels

ROOT = Path(__file__).resolve().parent.parent
HAN = "\u3400-\u9fff"
COMPONENTS = {
    "animator": ("stage",), "film": ("film", "stage"), "evaluate": ("verdicts",), "browse": ("browse",),
    "paste": ("pasting",), "classify": ("explain",), "runs": ("history", "compare", "sweep"),
    "compare": ("compare", "stage"), "sweep": ("sweep",), "share": ("share",),
    "lectern": ("lectern",),
    **{f"concepts/{name}": (name, "concepts", "stage") for name in IDEAS},
}  # fmt: skip
"""The components by their folders, each with the sections whose words it is given."""

PAGES = (
    "app",
    "labels",
    "train",
    "templates",
    "evaluate",
    "data",
    "models",
    "classify",
    "sources",
    "runs",
    "files",
    "error",
)
SECTIONS = (*PAGES, *dict.fromkeys(name for names in COMPONENTS.values() for name in names))
ERRORS = {"StudioError", *(cls.__name__ for cls in StudioError.__subclasses__())}


@cache
def words(language: str) -> dict[str, str]:
    """Every sentence of one language by its key, for example ``train.title``."""
    sections = tomllib.loads((TEXT / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{name}.{key}": sentence for name, part in sections.items() for key, sentence in part.items()}


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@cache
def trees() -> dict[str, ast.Module]:
    """The product's own Python files by their path."""
    files = [ROOT / "app.py", *ROOT.glob("model/**/*.py"), *ROOT.glob("pages/**/*.py")]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    return ((path, node) for path, tree in trees().items() for node in ast.walk(tree))


@cache
def strings() -> set[str]:
    """Every literal string of the product."""
    return {node.value for _, node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def is_key(text: str) -> bool:
    return re.fullmatch(rf"({'|'.join(SECTIONS)})\.[\w-]+", text) is not None and not text.endswith(".py")


@cache
def prefixes() -> set[str]:
    """The fixed beginnings of keys that are put together, for example ``train.`` of ``f"train.{label}"``."""
    beginnings = (node.values[0] for _, node in nodes() if isinstance(node, ast.JoinedStr) and node.values)
    values = (node.value for node in beginnings if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {value for value in values if value.startswith(tuple(f"{name}." for name in SECTIONS))}


def section_files(component: str) -> list[Path]:
    """A section's page, its script, and what that imports of its folder."""
    files = [ROOT / "assets" / f"{component}.html", ROOT / "assets" / f"{component}.js"]
    for path in files:
        names = re.findall(r'from "\./(\w+\.js)"', path.read_text(encoding="utf-8"))
        files += [path.with_name(name) for name in names if path.with_name(name) not in files]
    return files


@cache
def script(component: str) -> str:
    """A component's scripts and its page; the sections of Concepts lie in one folder."""
    folder = ROOT / "assets" / component
    files = sorted([*folder.glob("*.js"), *folder.glob("*.html")]) or section_files(component)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@cache
def asked(component: str) -> set[str]:
    """The words that a component asks for by name; those of a run's states the stages find by the state."""
    named = set(re.findall(r"\bwords\.(\w+)", script(component)) + re.findall(r'data-word="(\w+)"', script(component)))
    return named | {*get_args(State), "unwatched"} if component == "animator" else named


def sentence_of(component: str, word: str) -> str | None:
    """A word as the component is given it."""
    keys = (f"{name}.{word}" for name in COMPONENTS[component])
    return next((words("en")[key] for key in keys if key in words("en")), None)


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert set(LANGUAGES) == {path.stem for path in TEXT.glob("*.toml")} == {"en", "zh"}
    assert list(words("zh")) == list(words("en"))
    assert {key.partition(".")[0] for key in words("en")} == set(SECTIONS)


@pytest.mark.parametrize("key", list(words("en")))
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    assert placeholders(words("zh")[key]) == placeholders(words("en")[key])
    assert all(re.fullmatch(r"[a-z_]+", name) for name in placeholders(words("en")[key]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_or_broken(language: str) -> None:
    for key, sentence in words(language).items():
        assert sentence.strip() == sentence != "", key
        assert "\n" not in sentence, key
        assert "  " not in sentence, key
        assert "\ufffd" not in sentence, key


def test_every_key_that_a_page_names_is_there() -> None:
    named = {text for text in strings() if is_key(text)} - prefixes()
    assert len(named) > 30
    assert named - set(words("en")) == set()


def test_every_key_that_is_put_together_has_a_word() -> None:
    assert prefixes()
    for prefix in prefixes():
        assert any(key.startswith(prefix) and key != prefix for key in words("en")), prefix


def wall_words() -> set[str]:
    """The words of the screens and parts that the pages have on a wall."""
    screens = {f"screen_{place}_{screen}" for place, screens in wall.SCREENS.items() for screen in screens}
    return screens | {f"part_{part}" for parts in wall.PARTS.values() for part in parts}


def test_every_screen_and_part_has_its_word() -> None:
    assert len(wall_words()) > 10
    assert {f"lectern.{word}" for word in wall_words()} - set(words("en")) == set()
    places = {wall.place(page, "") for page in wall.PAGES if page != "concepts"} | set(IDEAS)
    assert set(wall.SCREENS) | set(wall.PARTS) <= places
    assert all(len(screens) > 1 for screens in wall.SCREENS.values())


def is_used(key: str) -> bool:
    name, _, word = key.partition(".")
    if name not in PAGES:
        owners = [component for component, names in COMPONENTS.items() if name in names]
        in_script = any(word in asked(owner) or re.search(rf"\b{word}\b", script(owner)) for owner in owners)
        # A step to 28×28 finds its words by its name and by how it was done.
        is_step = name == "explain" and "_" in word and set(word.split("_", 1)) <= strings()
        # What is said of a pitfall is found by its name and by what is said.
        fault, _, part = word.rpartition("_")
        is_pitfall = name == "pitfalls" and fault in FAULTS and part in ("name", "symptom", "cause", "cure", "measured")
        is_fact = name in IDEAS and word.startswith("fact_")  # all that a section has are drawn
        put_together = re.findall(r"words\[`([^`]+)`\]", "".join(map(script, owners))) if name in IDEAS else []
        is_fact |= any(re.fullmatch(re.sub(r"\$\{[^}]+\}", r"\\w+", parts), word) for parts in put_together)
        is_shown = name == "lectern" and word in wall_words()  # on a wall
        return in_script or is_step or is_pitfall or is_fact or is_shown or key in strings()
    if name == "labels":
        return "labels" in strings()  # read as one list, by text_labels
    if name == "error":
        return word in strings()
    beginnings = [prefix for prefix in prefixes() if key.startswith(prefix)]
    return key in strings() or any(key.removeprefix(prefix) in strings() for prefix in beginnings)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_word_is_used(name: str) -> None:
    assert [key for key in words("en") if key.startswith(f"{name}.") and not is_used(key)] == []


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_word_that_a_component_asks_for_is_there(component: str) -> None:
    assert len(asked(component)) >= 5
    assert {word for word in asked(component) if sentence_of(component, word) is None} == set()


def calls(names: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    """Where a function of these names is called with a literal first: the place, the literal, the keywords."""
    for path, node in nodes():
        if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0] if node.args else None
        if name in names and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield f"{path}:{node.lineno}", first.value, {str(keyword.arg) for keyword in node.keywords}


def test_pages_give_each_sentence_its_values() -> None:
    found = [call for call in calls({"text"}) if is_key(call[1])]
    assert len(found) > 20
    for place, key, given in found:
        assert placeholders(words("en")[key]) == given, (place, key)


def test_errors_give_each_sentence_its_values() -> None:
    found = list(calls(ERRORS))
    assert len(found) > 15
    for place, key, given in found:
        assert placeholders(words("en")[f"error.{key}"]) == given, (place, key)


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_gives_each_sentence_its_values(component: str) -> None:
    shared = set(re.findall(r"(\w+):", " ".join(re.findall(r"const values = \{(.*?)\}\n", script(component)))))
    source = re.sub(r"\b(?:this\.|stage\.)?(?:data\.)?words\b", "words", script(component))
    filled = re.findall(r"fill\(words\.(\w+), (\{.*?\}|values)\)", source, re.DOTALL)
    assert filled
    for word, values in filled:
        given = shared if values == "values" else set(re.findall(r"(?:^|[{,])\s*(\w+)\s*(?=[:,}])", values))
        assert placeholders(sentence_of(component, word) or "") <= given, word
    plain = set(re.findall(r"(?<!fill\()\bwords\.(\w+)", source)) - {word for word, _ in filled}
    for word in plain | set(re.findall(r'data-word="(\w+)"', source)):
        assert not placeholders(sentence_of(component, word) or ""), word


def test_each_state_of_a_run_is_given_its_values() -> None:
    (shared,) = re.findall(r"const values = \{(.*?)\}\n", script("animator"))
    for state in (*get_args(State), "unwatched"):
        assert placeholders(words("en")[f"stage.{state}"]) <= set(re.findall(r"(\w+):", shared)), state


@pytest.mark.parametrize("key", [key for key in words("en") if key.startswith("error.")])
def test_an_error_is_one_sentence(key: str) -> None:
    for language, stop, ends in (("en", ".", "[.!?]+ "), ("zh", "。", "[。！？]")):
        sentence = words(language)[key]
        assert sentence.endswith(stop), language
        assert not re.search(ends, sentence[:-1]), language


def test_an_error_is_said_in_each_language() -> None:
    error = BadSetting("bad_setting", name="lr", value=7, low=1, high=2)
    assert str(error) == error.say("en") == Text("en").error(error)
    assert str(error) == words("en")["error.bad_setting"].format(name="lr", value=7, low=1, high=2)
    assert Text("zh").error(error) == words("zh")["error.bad_setting"].format(name="lr", value=7, low=1, high=2)
    assert len(set(StudioError.__subclasses__())) >= 4


def test_text_is_what_the_files_say() -> None:
    for language in LANGUAGES:
        text = Text(language)
        for key, sentence in words(language).items():
            assert text(key) == sentence
        values = {"images": "70,000"}
        assert text("data.lead", **values) == words(language)["data.lead"].replace("{images}", "70,000")
        assert section(language, "stage")["epoch"] == words(language)["stage.epoch"]


def test_the_labels_are_the_data_sets() -> None:
    assert text_labels("en") == list(TEXT_LABELS)
    assert len(set(text_labels("zh"))) == 10
    for language in LANGUAGES:
        assert [key for key in words(language) if key.startswith("labels.")] == [f"labels.{i}" for i in range(10)]


def test_english_has_no_chinese() -> None:
    assert [key for key, text in words("en").items() if re.search(f"[{HAN}]", text)] == ["app.other_language"]


@pytest.mark.parametrize(("key", "sentence"), words("zh").items())
def test_chinese_is_set_as_chinese(key: str, sentence: str) -> None:
    """Full-width punctuation beside Han characters, and a space between them and Latin letters or digits."""
    assert not re.search(rf"[{HAN}]\s*[,.:;!?()\"']", sentence)
    assert not re.search(rf"[,.:;!?()\"']\s*[{HAN}]", sentence)
    assert not re.search(
        rf"[{HAN}，。：；！？（）“”、]\s+[，。：；！？（）、]|[，。：；！？、（]\s", sentence.replace("** ", "**")
    )
    bare = re.sub(r"\{\w+\}", "", sentence.replace("T恤", "恤")).replace("`", "")
    assert not re.search(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]", bare)


def test_the_rules_of_chinese_setting_find_what_breaks_them() -> None:
    for wrong in (
        "训练,数据",
        "训练, 数据",
        "数据.",
        "训练:是",
        "用softmax",
        "10个",
        "torch的",
        "训练 ，数据",
        "训练， 数据",
    ):
        with pytest.raises(AssertionError):
            test_chinese_is_set_as_chinese("", wrong)
    for right in (
        "训练，数据。",
        "用 softmax 训练",
        "T恤",
        "{label}的模板",
        "第 {step} 步",
        "见 3.6 节。",
        "（31 MB）。改",
    ):
        test_chinese_is_set_as_chinese("", right)
