"""The READMEs are true: their commands exist, both languages say the same, their files are there."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from model import __version__
from model.__main__ import parser
from model.runs import MOST_MEGABYTES, MOST_RUNS

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh.md")


def code(readme: str) -> list[str]:
    """The lines of all code blocks."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    return [line for block in re.findall(r"```\w+\n(.*?)```", text, re.S) for line in block.splitlines()]


def test_both_readmes_give_the_same_commands() -> None:
    assert code("README.md") == code("README.zh.md")


@pytest.mark.parametrize("readme", READMES)
def test_the_two_commands_do_all_their_own_set_up(readme: str) -> None:
    set_up = "python3 -m venv .venv && .venv/bin/pip install -r"
    assert f"{set_up} requirements.txt && .venv/bin/streamlit run app.py" in code(readme)
    assert f"{set_up} requirements-dev.txt && .venv/bin/pytest" in code(readme)
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text().splitlines()


@pytest.mark.parametrize("readme", READMES)
def test_every_command_of_the_model_is_understood(readme: str) -> None:
    commands = [line.split("-m model ", 1)[1] for line in code(readme) if "-m model " in line]
    assert len(commands) >= 5
    for command in commands:
        parser().parse_args(shlex.split(command))


@pytest.mark.parametrize("readme", READMES)
def test_every_file_named_is_there(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([\w./]+)\)", text)) | set(re.findall(r"`((?:app|pages|model|assets)[\w/.]*)`", text))
    assert len(named) > 8
    for name in named:
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_named_is_there(readme: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)`", (ROOT / readme).read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_every_environment_variable_named_is_read() -> None:
    sources = "".join(
        p.read_text(encoding="utf-8") for folder in ("model", "pages", "tests") for p in (ROOT / folder).rglob("*.py")
    )
    for name in set(re.findall(r"SOFTMAX_STUDIO_\w+", (ROOT / "README.md").read_text(encoding="utf-8"))):
        assert name in sources or f'number("{name.removeprefix("SOFTMAX_STUDIO_")}"' in sources  # model/limits.py


def test_every_package_is_pinned() -> None:
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text().splitlines():
            assert line.startswith("-r ") or re.fullmatch(r"[\w-]+==[\d.]+", line), line


def test_ci_runs_the_readmes_test_command() -> None:
    (command,) = re.findall(r"sed -n '(.*)' README", (ROOT / ".ci" / "run").read_text())
    pattern = command.removeprefix("/^").removesuffix("$/p")
    assert len([line for line in code("README.md") if re.match(pattern + "$", line)]) == 1
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## ([\d.]+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert newest
    assert project["version"] == newest[1] == __version__


def test_the_stores_limits_are_those_of_the_readme() -> None:
    for readme in READMES:
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert f"{MOST_RUNS:,} " in text
        assert f"{MOST_MEGABYTES:,} MB" in text
