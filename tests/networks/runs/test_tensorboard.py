"""Event files are what TensorBoard reads: judged by Protocol Buffers' own reader, and by TensorBoard's."""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
from importlib.util import find_spec

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from networks.runs.kept.event_export import export_events
from networks.runs.kept.files import HEADER
from networks.runs.measures import MEASURES
from networks.runs.tensorboard import EventFile, crc32c, event_files, record, scalars, tag, version
from tests.networks.runs.kept.test_metrics import started, stepped, validated
from tests.networks.runs.kept.test_reading import TOLD, make

NAMES = [measure.name for measure in MEASURES]


def _messages():
    """TensorFlow's Event, as event.proto and summary.proto declare what we write of it."""
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="judge", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    fields = {
        "Value": [("tag", 1, kinds.TYPE_STRING, ""), ("simple_value", 2, kinds.TYPE_FLOAT, "")],
        "Summary": [("value", 1, kinds.TYPE_MESSAGE, "Value")],
        "SessionLog": [("status", 1, kinds.TYPE_INT32, "")],
        "Event": [
            ("wall_time", 1, kinds.TYPE_DOUBLE, ""),
            ("step", 2, kinds.TYPE_INT64, ""),
            ("file_version", 3, kinds.TYPE_STRING, ""),
            ("summary", 5, kinds.TYPE_MESSAGE, "Summary"),
            ("session_log", 7, kinds.TYPE_MESSAGE, "SessionLog"),
        ],
    }
    for name, own in fields.items():
        kind = file.message_type.add(name=name)
        for field, number, type_, of in own:
            label = kinds.LABEL_REPEATED if field == "value" else kinds.LABEL_OPTIONAL
            declared = kind.field.add(name=field, number=number, type=type_, label=label)
            if of:
                declared.type_name = f".judge.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("judge.Event"))


EVENT = _messages()


def read(data):
    """All events of a file, by Protocol Buffers' own reader."""
    told, place = [], 0
    while place < len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        told.append(EVENT.FromString(data[place + 12 : place + 12 + length]))
        place += 16 + length
    assert place == len(data)
    return told


@pytest.mark.parametrize(
    ("data", "expected"),
    # RFC 3720, appendix B.4, and the usual check
    [
        (b"123456789", 0xE3069283),
        (b"\x00" * 32, 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (b"", 0),
    ],
)
def test_checksums_are_castagnoli_s(data, expected):
    assert crc32c(data) == expected


def test_a_record_is_framed_as_tfrecord_frames_it():
    # what TensorFlow writes as the first record of each of its files, but for the time
    data = record(b"\x09\x00\x00\x00\x00\x00\x00\x00\x00\x1a\x0dbrain.Event:2")
    assert data == version(0.0)
    assert data[:12] == b"\x18\x00\x00\x00\x00\x00\x00\x00\xa3\x7fK\x22"


@given(
    st.floats(0, 4e9),
    st.integers(0, 2**53 - 1),
    st.dictionaries(st.sampled_from(NAMES), st.floats(), min_size=1),
)
def test_every_number_arrives_with_32_bits(time, step, values):
    (event,) = read(scalars(time, step, values))
    assert (event.wall_time, event.step) == (time, step)
    told = {each.tag: each.simple_value for each in event.summary.value}
    assert told.keys() == {tag(name) for name in values}
    for name, value in values.items():
        ours = told[tag(name)]
        if math.isfinite(value) and math.isfinite(ours):
            assert ours == struct.unpack("<f", struct.pack("<f", value))[0]
        elif math.isnan(value):
            assert math.isnan(ours)
        else:
            assert abs(value) > 3.4e38
            assert ours == math.copysign(math.inf, value)


def test_each_measure_has_a_tag_of_its_own():
    assert len({tag(name) for name in NAMES}) == len(NAMES)
    assert tag("training loss") == "Loss/training"


def test_a_kept_run_is_exported_whole(tmp_path):
    folder = make(tmp_path / "run")
    header = json.loads((folder / HEADER).read_bytes())
    (folder / HEADER).write_text(json.dumps(header | {"begun": "2026-01-02T03:04:05+00:00"}))
    path = export_events(folder, tmp_path / "out")
    first, *told = read(path.read_bytes())
    assert first.file_version == "brain.Event:2"
    assert first.wall_time == 1767323045.0
    assert [event.step for event in told] == [1, 2, 3, 4, 5, 6, 7, 8, 8]
    # its epoch took a second and a half
    assert [event.wall_time - first.wall_time for event in told] == [0.0] * 8 + [1.5]
    assert [each.tag for each in told[-1].summary.value] == ["Loss/validation"]
    export_events(folder, tmp_path / "out")
    assert event_files(tmp_path / "out") == (path,)


def test_on_a_full_disk_no_record_is_lost_or_cut(tmp_path, monkeypatch):
    file = EventFile(0.0)
    file.take([stepped(1)], 1.0)
    with monkeypatch.context() as full:
        full.setattr("builtins.open", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            file.flush(tmp_path)
    file.take([stepped(2)], 2.0)
    file.flush(tmp_path)
    assert [event.step for event in read((tmp_path / file.name).read_bytes())] == [0, 1, 2]


_JUDGE = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
tags = found.Tags()["scalars"]
print(json.dumps({tag: [[each.step, each.value] for each in found.Scalars(tag)] for tag in tags}))
"""


@pytest.mark.slow
@pytest.mark.skipif(find_spec("tensorboard") is None, reason="pip install -e '.[dev]' brings TensorBoard")
def test_tensorboard_s_own_reader_reads_them(tmp_path):
    def judged(folder):
        command = [sys.executable, "-W", "ignore", "-c", _JUDGE, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    folder = make(tmp_path / "run")
    export_events(folder, tmp_path / "out")
    told = judged(tmp_path / "out")
    assert told["Loss/training"] == [[step, 0.5] for step in range(1, 9)]
    assert told["Loss/validation"] == [[8, 0.5]]
    # written while it trains, in two legs: what the second one made again counts once
    for began, leg in (
        (100.0, TOLD),
        (200.0, [started(6), stepped(7, 0.25), stepped(8, 0.25), validated(8, 0.125)]),
    ):
        file = EventFile(began)
        file.take(leg, began)
        file.flush(folder)
    told = judged(folder)
    assert told["Loss/training"] == [[step, 0.5] for step in range(1, 7)] + [[7, 0.25], [8, 0.25]]
    assert told["Loss/validation"] == [[8, 0.125]]
