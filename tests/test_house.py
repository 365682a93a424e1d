"""House rules that a tool can hold: what no source may do, and that every module says what it is."""

from __future__ import annotations

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = {
    path.relative_to(ROOT): path.read_text(encoding="utf-8")
    for folder in ("app", "widgets", "networks")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
"""The text of each file. A rule is one test, since a test for each file and rule would be thousands."""

FORBIDDEN = {
    "QSettings": "it unpickles Python objects from its file; use app.session.settings",
    "pickle": "it runs code from a file",
    "terminate": "a thread that is killed takes the interpreter's lock along",
    "eval": "nothing from a file or a user becomes code",
    "exec_": "nothing from a file or a user becomes code",
}
LOADER = Path("networks/training/setup/first_weights.py")
"""The one file that may call torch.load, with weights_only=True: published weights come in torch's format."""


_parsed = cache(ast.parse)


@cache
def _nodes(source):
    """All of a file's syntax tree; to walk through it takes longer than what is asked of it."""
    return tuple(ast.walk(_parsed(source)))


@pytest.fixture(scope="module", autouse=True)
def _forgotten():
    """In the end: millions of nodes would be walked by each collection of garbage in all later tests."""
    yield
    _nodes.cache_clear()
    _parsed.cache_clear()


def _names(source):
    for node in _nodes(source):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.alias):
            yield node.name.split(".")[0], node.lineno
            yield node.name.split(".")[-1], node.lineno


def _forbidden(source, path=None):
    found = []
    for name, line in _names(source):
        if name in FORBIDDEN:
            found.append(f"line {line}: {name}: {FORBIDDEN[name]}")
    for node in _nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            loads = node.func.attr == "load" and isinstance(owner, ast.Name) and owner.id == "torch"
            if node.func.attr == "terminate" or (loads and not (path == LOADER and _tensors_only(node))):
                found.append(f"line {node.lineno}: {ast.unparse(node.func)}")
    return found


def _asking_paths(source):
    """`path.exists()` and its like, which raise PermissionError; `os.path.exists(path)` raises nothing."""
    for node in _nodes(source):
        asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if asks and node.func.attr in {"exists", "is_file", "is_dir"} and not (node.args or node.keywords):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def test_a_locked_folder_raises_nothing_where_it_is_asked_for():
    assert broken(lambda text, path: list(_asking_paths(text))) == {}


WRITERS = {
    Path("app/features/runs/run_contents.py"): "beside the window",
    Path("widgets/canvas/picture.py"): "for the command line",
}


def test_nothing_in_the_window_waits_for_a_disk():
    """Features and widgets have files written by `app.session.file_writer`, beside the window."""
    writers = {
        path
        for path, text in SOURCES.items()
        if path.is_relative_to("widgets") or path.is_relative_to("app/features")
        if "write_atomically" in {name for name, _ in _names(text)}
    }
    assert writers == set(WRITERS)


def _tensors_only(call):
    return any(
        keyword.arg == "weights_only"
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def broken(rule):
    """What a rule finds in each file in which it finds anything."""
    return {str(path): found for path, text in SOURCES.items() if (found := rule(text, path))}


def test_nothing_forbidden_is_used():
    assert broken(_forbidden) == {}


@pytest.mark.parametrize(
    "source",
    [
        "from PySide6.QtCore import QSettings",
        "import pickle",
        "thread.terminate()",
        "torch.load(x)",
        "eval(x)",
    ],
)
def test_what_is_forbidden_is_found(source):
    assert _forbidden(source)


@pytest.mark.parametrize(
    "call", ["torch.load(x)", "torch.load(x, weights_only=False)", "torch.load(x, weights_only=w)"]
)
def test_even_the_loader_of_weights_reads_tensors_alone(call):
    assert _forbidden(call, LOADER)
    assert not _forbidden("torch.load(x, weights_only=True)", LOADER)
    assert _forbidden("torch.load(x, weights_only=True)", Path("networks/module/build.py"))


def test_every_module_says_what_it_is():
    assert broken(lambda text, path: not (ast.get_docstring(_parsed(text)) or "").strip()) == {}


def test_files_stay_short():
    """A longer one usually has two reasons to change."""
    assert broken(lambda text, path: len(text.splitlines()) > 450) == {}


def _module(path):
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(source, modules):
    """The modules that a file imports, also those in functions and under TYPE_CHECKING."""
    for node in _nodes(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else node.module


def _circle(sources):
    """The modules of one circle of imports, or none."""
    arrows = {name: set(_imported(source, sources)) & sources.keys() for name, source in sources.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_circle_of_imports():
    """import-linter finds circles between siblings; those through a package's own file it does not see."""
    assert _circle({_module(path): text for path, text in SOURCES.items()}) == []


@pytest.mark.parametrize(
    "back",
    [
        "import networks.a",
        "from networks import a",
        "from networks.a import f",
        "def late():\n    from networks.a import f",
        "if TYPE_CHECKING:\n    from networks.a import f",
    ],
)
def test_a_circle_of_imports_is_found(back):
    there = {"networks": "", "networks.a": "from networks.b import g", "networks.b": ""}
    assert _circle(there) == []
    assert {*_circle({**there, "networks.b": back})} == {"networks.a", "networks.b"}


def _second_names(text, path=None):
    """Not `replace = msgspec.structs.replace`, but `from msgspec.structs import replace`."""
    tree = _parsed(text)
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    return [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Attribute)
        and ast.unparse(node.value).split(".")[0] in imported
        and ast.unparse(node.targets[0]) == node.value.attr
    ]


def test_nothing_imported_is_given_a_second_name():
    assert broken(_second_names) == {}
    assert _second_names("import msgspec.structs\nreplace = msgspec.structs.replace") == []
    assert _second_names("import msgspec\nStruct = msgspec.Struct") == ["Struct = msgspec.Struct"]
