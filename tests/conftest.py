"""What all tests share: no screen, one torch thread, nothing left running."""

from __future__ import annotations

import gc
import os
import sys
from functools import wraps
from itertools import count
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# images of containers often forbid Python to keep what it compiled: then each worker, and each of the many
# processes that tests start, would compile the whole tree anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

FONTS = Path("/usr/share/fonts/truetype/dejavu")
if FONTS.is_dir():
    # what has room in the window depends on the letters, and those on what else was ever installed
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))

# until all is imported: the collector would walk through torch again and again, and find nothing
gc.disable()

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile(
    "new examples",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("same examples", settings.get_profile("new examples"), derandomize=True)
settings.load_profile("same examples")
"""A run says the same twice. Those who look for faults draw others: `--hypothesis-profile "new examples"`."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """A whole run takes all cores. Tests that are named run in one process, where breakpoints work."""
    if config.args_source is not config.ArgsSource.TESTPATHS:
        return 0
    # the heavy ones hold several copies of networks with up to 200 million weights
    return 2 if config.option.markexpr == "slow" else None


def pytest_ignore_collect(collection_path, config):
    """Where only the heavy ones are asked for, files without any are not even imported: most of them."""
    if config.option.markexpr != "slow" or not collection_path.match("test_*.py"):
        return None
    return "mark.slow" not in collection_path.read_text(encoding="utf-8") or None


SLOW_LIMIT = 600
"""Seconds for each heavy one, which takes up to 30 on a quiet machine; pyproject.toml has the others'."""


LONGEST = {
    "test_every_role",
    "test_every_size",
    "test_file_dialogs",
    "test_readme_examples",
    "test_switches",
    "test_together",
}
"""Files whose heavy tests take ten seconds and more each."""


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_LIMIT))
    # the longest first: otherwise one process would be left with one of them when the other has nothing to do
    items.sort(key=lambda item: not (item.get_closest_marker("slow") and item.path.stem in LONGEST))


def pytest_collection_finish():
    """Exempts what is imported from collection, as the program does: it stays until the end anyway."""
    gc.collect()
    gc.freeze()
    gc.enable()


PATIENCE_MS = 90_000
"""What is waited for comes; on a machine that is busy with other things it comes late."""


def _patient(wait):
    @wraps(wait)
    def waits(*given, timeout=PATIENCE_MS, **named):
        # what need not come, or must not, is waited for as long as the test says
        patience = PATIENCE_MS if named.get("raising", True) else timeout
        return wait(*given, timeout=max(timeout, patience), **named)

    return waits


@pytest.fixture
def qtbot(qtbot):
    """Keeps the widgets of a test alive until they are closed.

    pytest-qt holds them weakly. A window in a circle of references that only the test held would be freed
    by the collector, which may run while the window is being painted: a segmentation fault.
    """
    kept = []
    for name in ("waitSignal", "waitSignals", "waitUntil", "waitActive", "waitExposed"):
        setattr(qtbot, name, _patient(getattr(qtbot, name)))
    add = qtbot.addWidget

    def add_and_keep(widget, **options):
        kept.append(widget)
        add(widget, **options)

    qtbot.addWidget = add_and_keep
    from PySide6.QtWidgets import QDialog

    shown = QDialog.exec

    def run(dialog):
        """Fails where a dialog opens that no test expected, instead of waiting for ever."""
        if qtbot.answers_dialogs:
            return shown(dialog)
        words = getattr(dialog, "text", dialog.windowTitle)()
        raise AssertionError(f"a dialog waits for an answer: {words}")

    qtbot.answers_dialogs = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QDialog, "exec", run)
        yield qtbot
    kept.clear()


@pytest.fixture
def answered_dialogs(qtbot):
    """Dialogs open as they do in the program, and the test answers each of them."""
    qtbot.answers_dialogs = True


@pytest.fixture
def collector_at_rest():
    """Python's collector rests, as it does in all threads of the program but the window's.

    What it frees in a thread that decodes pictures may be a Qt object, and that hangs or crashes.
    """
    gc.disable()
    yield
    gc.enable()


_HOMES = count()


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory, monkeypatch):
    """Tests never read or write the settings of the person who runs them.

    The folder is made by whoever writes into it. To make a `tmp_path` for each of ten thousand tests, most of
    which never touch a file, takes longer than many of them.
    """
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_HOMES))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
