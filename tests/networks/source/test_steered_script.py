"""The script of a run that was changed while it went on gives the same table, byte for byte."""

from __future__ import annotations

import csv
import inspect
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.terminal.command_line import main
from networks.exporting.script import save_training_script
from networks.project.project import Project
from networks.recipes.augmentation.mixup import Mixup
from networks.recipes.augmentation.rotation import Rotation
from networks.recipes.augmentation.shift import Shift
from networks.recipes.optimizers import OPTIMIZERS, SGD, Adam
from networks.recipes.schedules import Cosine
from networks.recipes.steering import Change, steerable
from networks.recipes.stopping import Stopping
from networks.runs.events import Failed, Stepped, Validated
from networks.runs.table import COLUMNS
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from networks.training.printed.options import set_options
from tests.networks.source.test_training_script import (  # noqa: F401  fixtures
    _cache,
    _few_images,
    fresh,
    network,
    recipe,
    schedules,
)

VALUES = {
    "learning.optimizer.lr": [0.002, 0.02],
    "learning.optimizer.momentum": [0.5, 0.0],
    "learning.optimizer.beta1": [0.6],
    "learning.optimizer.weight_decay": [0.3, 0.0],
    "learning.clip": [0.05, 0.0],
    "learning.dropout": [2.0, 0.0, 1.0],
    "learning.epochs": [1, 3, 4],
    "learning.stopping.patience": [1],
    "learning.stopping.target": [2.3],
    "data.augmentation": [(), (Rotation(degrees=40.0),), (Shift(), Mixup()), (Mixup(), Mixup())],
}


def table(events):
    """The table of a run, as scripts write it."""
    rows = []
    for event in events:
        assert not isinstance(event, Failed), event.details
        if isinstance(event, Stepped):
            rows.append({"step": event.step, "epoch": event.epoch} | event.values)
        elif isinstance(event, Validated):
            rows[-1] |= event.values
    file = io.StringIO()
    written = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    written.writeheader()
    written.writerows(rows)
    return file.getvalue()


def judge(fresh, folder, project, changes, more=0, weights=None):  # noqa: F811
    """Trains with these changes, and some epochs more; asserts that the script gives this table."""
    run = Run(project, changes=changes, weights=weights)
    events = list(run.train())
    for _ in range(more):
        events += run.train(1)
    script = folder / "net.py"
    save_training_script(run.project, script, "net", run.course, run.first_weights)
    answer = fresh.ran(script)
    text = script.read_text(encoding="utf-8")
    assert (folder / "net-curves.csv").read_text(encoding="utf-8") == table(events), text
    return answer, text


@st.composite
def steered_runs(draw):
    """Any recipe that can be steered, and up to six changes at any steps of it."""
    kind = draw(st.sampled_from(OPTIMIZERS))
    first = draw(st.sampled_from(VALUES["data.augmentation"]))
    made = recipe(
        optimizer=kind(lr=0.01, weight_decay=draw(st.sampled_from([0.0, 0.01]))),
        schedule=draw(schedules()),
        augmentation=first,
        clip=draw(st.sampled_from([0.0, 0.5])),
        clip_by=draw(st.sampled_from(["norm", "value"])),
        dropout=draw(st.sampled_from([1.0, 0.5])),
        decay=draw(st.sampled_from(["all", "matrices"])),
        averaging=draw(st.sampled_from([0.0, 0.9])),
        batch_size=draw(st.sampled_from([16, 89, 40])),
        stopping=Stopping(
            patience=draw(st.sampled_from([0, 1])), keep=draw(st.sampled_from(["last", "best"]))
        ),
        balance=draw(st.sampled_from(["equal", "sampler"])),
        seed=draw(st.integers(0, 99)),
    )
    path = st.sampled_from(steerable(made))
    change = path.flatmap(lambda path: st.tuples(st.just(path), st.sampled_from(VALUES[path])))
    drawn = draw(st.lists(st.tuples(st.integers(0, 14), change), max_size=6))
    # some change nothing, or take back what another before the same step has done
    changes = [Change(step, path, value) for step, (path, value) in sorted(drawn, key=lambda each: each[0])]
    return Project(network(), made), changes


@pytest.mark.slow
@settings(max_examples=12)
@given(steered_runs(), st.integers(0, 2))
def test_the_script_of_a_steered_run_gives_the_table_of_the_run(fresh, tmp_path, steered, more):  # noqa: F811
    project, changes = steered
    judge(fresh, tmp_path, project, changes, more)


def test_each_change_stands_where_it_was_made_and_is_said_in_words(fresh, tmp_path):  # noqa: F811
    project = Project(network(), recipe(optimizer=Adam(lr=0.01), schedule=Cosine(), epochs=3))
    changes = [
        Change(3, "learning.optimizer.lr", 0.05),
        # the last one before a step holds
        Change(3, "learning.optimizer.lr", 0.002),
        Change(4, "data.augmentation", (Rotation(),)),
        Change(7, "learning.dropout", 0.0),
        Change(7, "learning.epochs", 2),
        Change(8, "learning.stopping.patience", 9),
    ]
    _, text = judge(fresh, tmp_path, project, changes)
    assert "if step == 3:\n                    # Learning rate 0.01 → 0.002\n" in text
    assert "set_options(optimizer, lr=0.002)" in text
    assert f"\n\n\n{inspect.getsource(set_options)}\n\n" in text
    assert "# Augmentation none → Rotation\n                    augmentation = AUGMENTATION_4\n" in text
    assert "scale_dropout(dropouts, 0.0)" in text
    assert "planned = 2\n" in text
    assert "EPOCHS = 2\n" in text
    # what ends a run early leaves no trace in what it was
    assert "step == 8" not in text
    assert "PATIENCE" not in text


def test_a_plain_run_has_the_script_of_its_project(tmp_path):
    """Unless something ends it earlier or later than planned."""
    project = Project(network(), recipe(schedule=Cosine()))
    run = Run(project)
    list(run.train())
    save_training_script(project, tmp_path / "a.py", "net")
    save_training_script(project, tmp_path / "b.py", "net", run.course)
    assert (tmp_path / "a.py").read_text() == (tmp_path / "b.py").read_text()


def test_the_script_of_a_run_that_went_on_from_another_begins_with_its_weights(fresh, tmp_path):  # noqa: F811
    project = Project(network(), recipe(optimizer=SGD(lr=0.05)))
    parent = Run(project)
    list(parent.train())
    _, text = judge(
        fresh, tmp_path, project, [Change(4, "learning.optimizer.lr", 0.01)], weights=parent.weights()
    )
    assert "START" in text
    assert (tmp_path / "net-start.pt").exists()


def test_the_script_of_a_kept_run_is_that_of_the_run(fresh, tmp_path, capsys):  # noqa: F811
    """Exported in the terminal, from what its folder says of the changes and of the first weights."""
    project = Project(network(), recipe(optimizer=Adam(lr=0.01), schedule=Cosine(), epochs=3))
    parent = Run(project)
    list(parent.train(1))
    changes = [
        Change(3, "learning.optimizer.lr", 0.002),
        Change(4, "data.augmentation", (Rotation(), Mixup())),
        Change(7, "learning.epochs", 2),
    ]
    run = Run(project, changes=changes, weights=parent.weights())
    recorder = begun(run, tmp_path / "net.runs", Named("net"), weights=parent.weights())
    events = []
    for event in run.train():
        events.append(event)
        recorder.take(event)
    assert main(["export", str(recorder.folder), str(tmp_path / "net.py"), "--training"]) == 0
    assert "repeats the run" in capsys.readouterr().out
    fresh.ran(tmp_path / "net.py")
    assert (tmp_path / "net-curves.csv").read_text(encoding="utf-8") == table(events)
    # what a folder says is a stranger's word
    metrics = recorder.folder / "metrics.jsonl"
    metrics.write_bytes(metrics.read_bytes().replace(b'"learning.optimizer.lr"', b'"learning.seed"'))
    assert main(["export", str(recorder.folder), str(tmp_path / "other.py"), "--training"]) == 1
    assert "cannot be changed while a run trains" in capsys.readouterr().err
