"""The layers: what may import what, how long a file may be, and how widgets are named."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    ("__main__",),
    ("ideas.pitfalls", "ideas.lockstep", "ideas.optimum", "ideas.optimum_script", "ideas.predict"),
    ("ideas.faults",),
    ("ideas.book_training",),
    ("ideas.softmax", "ideas.entropy", "ideas.indexing", "ideas.step", "ideas.linear_models", "ideas.notebook"),
    ("ideas.data_script",),
    ("ideas.code", "ideas.values", "ideas.differences"),
    ("classify_command", "fetch_command", "optimum_command", "sweeper"),
    ("known_sweeps",),
    ("build_assets", "bench", "keeper", "classify", "import_run"),
    ("arrivals",),
    ("described", "opened"),
    ("trainer", "keeping", "history", "sweeps"),
    ("roster", "runs", "journal"),
    ("live_run", "augment", "preprocess", "store", "export", "run_checks", "optimum"),
    ("run_card", "run_facts"),
    ("checkpoint", "lectures", "script", "download", "film", "sweep", "placing", "pacing", "pulse", "tables"),
    ("notebook",),
    ("kept",),
    ("train", "examples", "likeness", "cutout"),
    ("concise", "garments", "fetch", "drawn_cloth", "drawn_leather", "line_art"),
    ("evaluation", "snapshots", "grounds", "idx_files"),
    ("softmax", "data", "metrics", "mppca", "evidence", "picture", "shading", "backdrop"),
    ("formats", "archive"),
    ("jpeg", "haste"),
    ("containers", "buckets"),
    ("errors", "terminal", "limits"),
)
"""The modules of model/ from the top: each imports only from layers below its own."""

RANKS = {name: -i for i, layer in enumerate(LAYERS) for name in layer}
MODELS = sorted(path for path in ROOT.glob("model/**/*.py") if path.name != "__init__.py")
PAGES = sorted(path for path in ROOT.glob("pages/*.py") if path.name != "__init__.py")
CONCEPTS = sorted(path for path in ROOT.glob("pages/concepts/*.py") if path.name != "__init__.py")
PARTS = sorted(path for path in ROOT.glob("pages/ui/**/*.py") if path.name != "__init__.py")
PREFIXES = (*(f"{path.stem}_" for path in PAGES), "concepts_")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """A module of model/ by its name below it, for example ``ideas.softmax``."""
    return ".".join(path.relative_to(ROOT / "model").with_suffix("").parts)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module, package: str = "") -> Iterator[str]:
    """Every module or name that is imported anywhere in a file, within functions too, with its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in ("import_module", "__import__"):
                yield str(node.args[0].value)


def imports_of(path: Path) -> set[str]:
    return set(imports(tree_of(path), ".".join(path.relative_to(ROOT).parent.parts)))


def belongs(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def test_every_import_is_seen() -> None:
    source = """
import a.b
from c import d
from . import e
from .f import g
from ..h import i
def late():
    import importlib
    from j import k
    importlib.import_module("l.m")
"""
    expected = {"a.b", "c.d", "pages.ui.e", "pages.ui.f.g", "pages.h.i", "importlib", "j.k", "l.m"}
    assert set(imports(ast.parse(source), "pages.ui")) == expected


def test_every_module_has_its_layer() -> None:
    assert {module_of(path) for path in MODELS} == set(RANKS)


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_a_module_imports_only_from_the_layers_below(path: Path) -> None:
    names = {
        ".".join(name.split(".")[1 : 3 if belongs(name, "model.ideas") else 2])
        for name in imports_of(path)
        if belongs(name, "model") and name.count(".") and not name.startswith("model.__")
    }
    assert {name for name in names if RANKS[name] >= RANKS[module_of(path)]} == set()


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_the_model_knows_neither_streamlit_nor_the_pages(path: Path) -> None:
    names = imports_of(path)
    assert not {name for name in names for other in ("streamlit", "pages", "app", "tests") if belongs(name, other)}


def test_the_model_loads_without_streamlit_and_the_pages() -> None:
    """Every module, in a process where neither can be imported."""
    source = f"""
import importlib, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("streamlit", "pages", "app"):
            raise AssertionError(f"{{name}} was imported")
sys.meta_path.insert(0, Refuse())
for name in {[f"model.{module_of(path)}" for path in MODELS]!r}:
    importlib.import_module(name)
names = {{name for name in sys.modules if name.startswith("model.")}} - {{"model.ideas"}}
print(len(names), "streamlit" in sys.modules, "pages" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True)
    assert ended.stderr == ""
    assert ended.stdout.split() == [str(len(MODELS)), "False", "False"]


@pytest.mark.parametrize("path", [*PAGES, *CONCEPTS, *PARTS], ids=name_of)
def test_no_page_is_imported_by_another_or_by_their_parts(path: Path) -> None:
    names = imports_of(path)
    pages = {f"pages.{page.stem}" for page in PAGES}
    assert not {name for name in names for page in pages if belongs(name, page)}
    assert not {name for name in names if belongs(name, "app") or belongs(name, "tests")}


def test_the_app_imports_nothing_of_ours_but_the_pages_parts() -> None:
    names = imports_of(ROOT / "app.py")
    assert any(belongs(name, "pages.ui") for name in names)
    assert not {name for name in names if belongs(name, "model")}
    assert not {name for name in names if belongs(name, "pages") and not belongs(name, "pages.ui")}


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        (ROOT / "app.py", 80),
        *((path, 120) for path in [*PAGES, *CONCEPTS]),
        *((path, 200) for path in [*MODELS, *PARTS]),
    ],
    ids=lambda value: name_of(value) if isinstance(value, Path) else str(value),
)
def test_a_file_is_short(path: Path, limit: int) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


def beginning(node: ast.expr, constants: dict[str, ast.expr]) -> str | None:
    """The fixed beginning of a string expression; None if it has none that can be read off the file."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and node.values:
        return beginning(node.values[0], constants) if isinstance(node.values[0], ast.Constant) else None
    if isinstance(node, ast.Name) and node.id in constants:
        return beginning(constants[node.id], constants)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        table = constants.get(node.value.id)
        return beginning(table.value, constants) if isinstance(table, ast.DictComp) else None
    return None


def widget_keys(tree: ast.Module) -> Iterator[tuple[int, str | None]]:
    """The line of each ``key=`` in a call, and its beginning; the key of a sort is a function, and none of ours."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for keyword in node.keywords:
                if keyword.arg == "key" and function not in ("sorted", "sort", "min", "max"):
                    yield node.lineno, beginning(keyword.value, constants)


def test_every_widget_key_is_seen() -> None:
    source = """
K = "a_b"
D = {x: f"c_{x}" for x in y}
st.x(key="d_e"); st.x(key=f"f_{g}"); st.x(key=K); st.x(key=D["z"])
st.x(key=h()); st.x(key=f"{i}_j"); sorted(k, key=len)
"""
    found = [start for _, start in widget_keys(ast.parse(source))]
    assert found == ["d_e", "f_", "a_b", "c_", None, None]


@pytest.mark.parametrize("path", [*PAGES, *CONCEPTS, *PARTS], ids=name_of)
def test_a_widgets_key_begins_with_its_page(path: Path) -> None:
    """Of a part, which several pages may show, with the name of some page."""
    allowed = (f"{path.stem}_",) if path in PAGES else PREFIXES
    assert [line for line, start in widget_keys(tree_of(path)) if not (start or "").startswith(allowed)] == []


def test_there_are_widgets_to_be_checked() -> None:
    assert sum(len(list(widget_keys(tree_of(path)))) for path in [*PAGES, *PARTS]) > 10
