"""What is remembered between starts: sound parts are kept, broken ones start anew, no start fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.session.arrangement import Arrangement, Frame
from app.session.settings import Remembered, Settings

ROOT = Path(__file__).parents[3]
SOUND = Remembered(
    "dark",
    Arrangement(
        Frame(10, 20, 1200, 700),
        200,
        340,
        0.4,
        ("code",),
        "curves",
        ("data", "layer"),
        ("training_more",),
        "data",
        {"pictures": 330},
    ),
    (b"/home/a.json", b"/home/b.json"),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def remembered(tmp_path):
    path = tmp_path / "settings.json"
    Settings(path).change(theme=SOUND.theme, arrangement=SOUND.arrangement, recent=SOUND.recent)
    return path


def test_what_is_written_is_read(remembered):
    assert Settings(remembered).read() == SOUND


def places(value, path=()):
    """The paths of all values within decoded JSON."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def put(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_broken_part_takes_nothing_else_with_it(remembered, data):
    whole = json.loads(json.dumps(json.loads(remembered.read_text())))
    path = data.draw(st.sampled_from([place for place in places(whole) if place]))
    other = remembered.with_name("other.json")
    other.write_text(json.dumps(put(whole, path, data.draw(ANY)) | {"unknown": 1}))
    found = Settings(other).read()
    for name in ("theme", "arrangement", "recent"):
        if path[0] != name:
            assert getattr(found, name) == getattr(SOUND, name)
    if path[0] == "arrangement" and len(path) > 1:
        for name in Arrangement.__struct_fields__:
            if path[1] != name:
                assert getattr(found.arrangement, name) == getattr(SOUND.arrangement, name)


def test_one_element_that_is_broken_leaves_the_others(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"arrangement": {"hidden": ["code", 5, null, "data"]}, "recent": ["YQ==", "?", 3]}')
    found = Settings(path).read()
    assert found.arrangement.hidden == ("code", "data")
    assert found.recent == (b"a",)


def test_what_older_versions_wrote_for_qt_is_not_read(tmp_path):
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "dark", "geometry": "AdnQywAD", "docks": "AAAA/wAAAAL9", "recent": ["YQ=="]}')
    assert Settings(path).read() == Remembered("dark", Arrangement(), (b"a",))


STARTS = """
import json, sys
from pathlib import Path
from app.start.start import make_application
application = make_application()
from app.session.settings import Settings
from app.window.window import MainWindow

for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
    path = Settings().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(line, encoding="utf-8")
    window = MainWindow()
    window.show()
    application.processEvents()
    assert window.top_bar.isVisible() and window.zones.canvas.width() > 0
    window.close()
    window.deleteLater()
    application.processEvents()
print("all started")
"""
WILD = (
    -1,
    0,
    1,
    40,
    41,
    4000,
    10**6,
    -(10**9),
    2**63,
    0.1,
    0.9,
    -0.5,
    1e308,
    "",
    "x",
    "\0",
    "curves",
    None,
    [],
    {},
)


def test_no_settings_file_ends_a_start(tmp_path, remembered):
    """In a process of its own, since Qt has no exception for what it cannot bear."""
    whole = json.loads(remembered.read_text())
    # parts without parts of their own, several of them broken in one file
    inner = [place for place in places(whole) if len(place) > 1 and place[1:] != ("frame",)]
    lines = []
    for start in range(6):
        broken = whole
        for at, path in enumerate(inner):
            if at % 6 == start:
                broken = put(broken, path, WILD[(5 * at + 3 * start) % len(WILD)])
        lines.append(json.dumps(broken))
    every = ["palette", "curves", "code", "training", "data", "layer", "activation"]
    lines += [json.dumps(put(whole, ("arrangement", "hidden"), every)), "{"]
    listed = tmp_path / "lines"
    listed.write_text("\n".join(lines), encoding="utf-8")
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", STARTS, str(listed)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.stdout == "all started\n", done.stderr[-3000:]
