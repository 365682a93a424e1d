"""What a run has told comes back from its file to the bit, wherever that file was cut off."""

from __future__ import annotations

import json
import math
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.message import message
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.steering import Change
from networks.runs.events import Failed, Finished, Started, Steered, Stepped, Validated, Validating
from networks.runs.kept.metrics import events, line
from networks.runs.measures import MEASURES
from networks.runs.record import Record

STEPS = [measure.name for measure in MEASURES if measure.each == "step"]
EPOCHS = [measure.name for measure in MEASURES if measure.each == "epoch"]
NUMBERS = st.floats()


def started(step=0):
    return Started("a", "cpu", 2, 4, 100, 50, step=step, chance={"loss": math.log(10)})


def stepped(step, loss=0.5):
    return Stepped("a", step, step / 4, {"training loss": loss})


def validated(step, loss=0.5):
    return Validated("a", step, step // 4, {"validation loss": loss}, 1.5, True)


def written(told):
    return b"".join(map(line, told))


def read(data, **options):
    return [event for some in events(data, "a", **options) for event in some]


def bits(event):
    """All that an event holds, in a form in which NaN equals itself."""
    values = {
        name: "nan" if math.isnan(value) else struct.pack("<d", value)
        for name, value in getattr(event, "values", {}).items()
    }
    return type(event), event.step, getattr(event, "epoch", None), values, getattr(event, "best", None)


@given(
    st.lists(st.tuples(st.dictionaries(st.sampled_from(STEPS), NUMBERS), st.none() | NUMBERS), max_size=20)
)
def test_every_number_comes_back_to_the_bit(rows):
    told = [started()]
    for index, (values, loss) in enumerate(rows, 1):
        told.append(Stepped("a", index, index / 3, values))
        if loss is not None:
            told.append(Validated("a", index, index, {EPOCHS[0]: loss}, 0.1, index % 2 == 0))
    assert list(map(bits, read(written(told)))) == list(map(bits, told))


@given(st.integers(0, 40), st.data())
def test_a_file_cut_anywhere_gives_all_its_whole_lines(count, data):
    told = [started(), *map(stepped, range(1, count + 1)), validated(max(1, count))]
    lines = [line(event) for event in told]
    whole = b"".join(lines)
    cut = data.draw(st.integers(0, len(whole)))
    given = read(whole[:cut])
    complete = sum(len(b"".join(lines[: index + 1])) - 1 <= cut for index in range(len(lines)))
    assert given == told[:complete]


def test_a_run_that_went_on_tells_each_step_once():
    first = [started(), *map(stepped, range(1, 8)), validated(4)]
    # its process was killed; the checkpoint was that of step 3
    second = [started(3), *(stepped(step, 0.25) for step in range(4, 9)), validated(4, 0.25)]
    # half a line was left behind, and the next leg began on a new one
    data = written(first)[:-7] + b"\n" + written(second)
    record = Record("a")
    record.take(read(data))
    assert record.steps.step.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert record.steps.values("training loss").tolist() == [0.5] * 3 + [0.25] * 5
    assert record.validations.values("validation loss").tolist() == [0.25]


def test_several_returns_count_each_step_once():
    legs = [(0, 9), (5, 12), (2, 4), (4, 6)]
    told = [
        event for step, last in legs for event in (started(step), *map(stepped, range(step + 1, last + 1)))
    ]
    assert [event.step for event in read(written(told)) if isinstance(event, Stepped)] == [1, 2, 3, 4, 5, 6]


def test_a_change_that_is_made_again_is_told_once():
    def steered(step):
        return Steered("a", step, step / 4, "learning.optimizer.lr", 0.01, message("lower"), 4)

    for before, changes in ((True, 0), (False, 1)):
        # the checkpoint at step 2 was written before or after the change that was made there
        told = [
            started(),
            stepped(1),
            stepped(2),
            steered(2),
            stepped(3),
            msgspec.structs.replace(started(2), changes=changes),
        ]
        told += [steered(2)] * before + [stepped(3), steered(3)]
        assert [event.step for event in read(written(told)) if isinstance(event, Steered)] == [2, 3]


def test_what_came_after_a_step_can_be_left_out():
    told = [started(), *map(stepped, range(1, 9)), validated(8)]
    assert [event.step for event in read(written(told), until=3) if not isinstance(event, Started)] == [
        1,
        2,
        3,
    ]


def test_steering_comes_back_in_words():
    steered = Steered(
        "a", 3, 0.75, "learning.optimizer.lr", 0.01, message("Learning rate {a} → 0.01", a="0.1"), 4
    )
    (again,) = read(line(steered))
    assert (again.path, again.value, str(again.words)) == (steered.path, 0.01, "Learning rate 0.1 → 0.01")
    assert again.epochs == 4


def test_a_changed_augmentation_comes_back_as_it_was():
    steps = msgspec.to_builtins((Rotation(degrees=5.0), Mixup()))
    (again,) = read(line(Steered("a", 3, 0.75, "data.augmentation", steps, message("Augmentation …"), 4)))
    change = {"step": again.step, "path": again.path, "value": again.value}
    assert msgspec.convert(change, Change).value == (Rotation(degrees=5.0), Mixup())


def test_others_can_read_it():
    """Python's own JSON, and with it pandas and jq: a step's columns are the measures' names."""
    told = [started(), stepped(1, math.inf), validated(1), Validating("a", 1, 0.5)]
    told += [Finished("a", "finished", 1, message("Trained.")), Failed("a", message("Broke off."))]
    rows = [json.loads(text) for text in written(told).decode().splitlines()]
    assert [row.get("event") for row in rows] == ["started", None, "validated", "finished", "failed"]
    assert rows[1] == {"step": 1, "epoch": 0.25, "training loss": "Infinity"}


HOSTILE = [
    b"",
    b"\n\n\n",
    b"\x00\xff\xfe garbage",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"step":1,"epoch":"NaN"}',
    b'{"step":-1,"epoch":0}',
    b'{"step":1e400,"epoch":0}',
    b'{"step":99999999999999999999999999,"epoch":0}',
    b'{"step":true,"epoch":0}',
    b'{"step":1,"epoch":1,"training loss":{"a":1}}',
    b'{"step":1,"epoch":1,"training loss":"words"}',
    b'{"step":1,"epoch":1,"training loss":' + b"9" * 400 + b"}",
    b'{"event":["started"],"step":1}',
    b'{"event":"started","step":"x"}',
    b'{"event":"started","step":-5,"device":"cpu"}',
    b'{"event":"steered","step":1,"epoch":1,"path":"learning.epochs","value":"Infinity","epochs":1,"words":"x"}',
    b'{"event":"steered","step":1,"epoch":1,"path":"p","value":[[1]],"epochs":1,"words":"x"}',
    b'{"event":"steered","step":1,"epoch":1,"path":"p","value":1,"epochs":-1,"words":"x"}',
    b'{"event":"validated","step":1,"epoch":"Infinity","seconds":1,"best":true}',
    b'"a string"',
    b"12",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_lines_are_passed_over(hostile):
    record = Record("a")
    told = read(written([started()]) + hostile + b"\n" + line(stepped(5)))
    record.take(told)
    assert told[0] == started()
    assert told[-1] == stepped(5)
    assert record.last_epoch == 1.25


def test_words_from_a_file_are_escaped_and_fill_in_nothing():
    words = "{0.__class__:>99999999}\x1b[2J"
    row = {"event": "steered", "step": 1, "epoch": 1, "path": "p", "value": 1, "epochs": 1, "words": words}
    (event,) = read(json.dumps(row).encode())
    assert str(event.words) == "{0.__class__:>99999999}\\x1b[2J"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(data):
    Record("a").take(read(data))
    Record("a").take(read(written([started(), stepped(1)]) + data))
