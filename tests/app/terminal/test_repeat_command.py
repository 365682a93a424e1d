"""A run that is trained again has the same numbers and weights, or one hears where it first has not."""

from __future__ import annotations

import json
from itertools import islice

import pytest
import torch
from safetensors.torch import load_file, save_file

from app.session.version import version
from app.terminal.command_line import main
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Linear
from networks.layers.resizing import Upsample
from networks.recipes.optimizers import SGD
from networks.recipes.stopping import Stopping
from networks.runs.events import Stepped
from networks.runs.kept.files import METRICS
from networks.runs.kept.folders import run_folders
from networks.runs.kept.reading import read_run
from networks.training.engine.run import Run
from networks.training.keeping.recorder import Named, begun
from tests.app.terminal.test_command_line import _fails
from tests.networks.training.engine.test_run import RANDOM, chain, project
from tests.networks.training.keeping.test_resuming import leave

SAME = "Every number came out the same"


def kept(parent, events=10_000, weights=None, **recipe):
    """A run that was steered, and that ended by itself or was stopped after so many events."""
    run = Run(project(RANDOM, **recipe), weights=weights)
    named = Named("ResNet-20 · skips removed", "skips removed")
    keeping = begun(run, parent, named, version=version(), weights=weights)
    going = run.train()
    for event in islice(going, events):
        keeping.take(event)
        if isinstance(event, Stepped) and event.step == 3:
            run.steer("learning.optimizer.lr", 0.02)
    if events < 10_000:
        going.close()
        for event in run.stopped():
            keeping.take(event)
    return keeping.folder


def said(folder, capsys, code=0):
    capsys.readouterr()
    assert main(["repeat", str(folder)]) == code
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("recipe", "compared"),
    [
        ({}, "10 steps and 2 validations"),
        # it ends early, whatever the recipe plans
        (
            {"epochs": 6, "stopping": Stopping(measure="validation accuracy", target=0.01, keep="best")},
            "5 steps and 1 validation",
        ),
        ({"averaging": 0.9}, "10 steps and 2 validations"),
    ],
)
def test_every_number_and_the_weights_come_out_the_same(tmp_path, capsys, recipe, compared):
    folder = kept(tmp_path, **recipe)
    sentence = said(folder, capsys)
    assert sentence == f"{SAME}, in {compared}, and the final weights are the same bit for bit."
    again = run_folders(tmp_path)[-1]
    assert again.name == "0002 skips removed, again"
    # and once more, as a run that was repeated is a run
    assert said(again, capsys) == sentence


@pytest.mark.parametrize("events", [5, 8, 9])
def test_a_run_that_was_stopped_is_repeated_up_to_there(tmp_path, capsys, events):
    folder = kept(tmp_path, events)
    record = read_run(folder).record
    assert SAME in (sentence := said(folder, capsys))
    assert "the final weights are the same bit for bit" in sentence
    again = read_run(run_folders(tmp_path)[-1]).record
    assert (len(again.steps), len(again.validations)) == (len(record.steps), len(record.validations))


def test_a_run_that_went_on_from_another_s_weights(tmp_path, capsys):
    weights = Run(project(RANDOM, seed=5)).weights()
    assert "bit for bit" in said(kept(tmp_path, weights=weights), capsys)


def test_of_an_interrupted_run_what_there_is_is_compared(tmp_path, capsys):
    run = Run(project(RANDOM))
    keeping = begun(run, tmp_path, Named("cut off"))
    for event in islice(run.train(), 5):
        keeping.take(event)
    keeping._flush()
    assert "is still being trained" in _fails(["repeat", keeping.folder], capsys)
    leave(keeping.folder)
    assert said(keeping.folder, capsys) == (
        f"{SAME}, in 4 steps and 0 validations. There were no weights of the same step to compare."
    )


def test_the_first_number_that_differs_is_told(tmp_path, capsys):
    folder = kept(tmp_path)
    file = folder / METRICS
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    (at,) = (index for index, row in enumerate(rows) if row.get("step") == 4 and "event" not in row)
    was = rows[at]["training loss"]
    rows[at]["training loss"] = 1.25
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert said(folder, capsys, 1) == (
        f"The first number that differs is the training loss of step 4: 1.25 and {was}. "
        "Machine, versions, threads and data are the same."
    )


def test_what_differs_elsewhere_is_told_with_it(tmp_path, capsys):
    folder = kept(tmp_path)
    leg = folder / "legs" / "0001.json"
    told = json.loads(leg.read_text())
    told["environment"]["torch"] = "1.0"
    leg.write_text(json.dumps(told))
    # the numbers are the same: nothing needs an explanation
    assert SAME in said(folder, capsys)
    rows = (folder / METRICS).read_text().replace('"validation loss":', '"validation loss":1')
    (folder / METRICS).write_text(rows)
    sentence = said(folder, capsys, 1)
    assert "the validation loss after step 5" in sentence
    assert "What else differs: PyTorch 1.0 → " in sentence


def test_a_weight_that_differs_is_named(tmp_path, capsys):
    folder = kept(tmp_path)
    file = folder / "weights.safetensors"
    weights = load_file(file)
    name = sorted(weights)[0]
    weights[name].flatten()[0] += 1e-6
    save_file(weights, file)
    sentence = said(folder, capsys, 1)
    assert (
        f"All that was measured came out the same, but “{name}” in weights.safetensors differs." in sentence
    )


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 8, b"\x08" + b"\x00" * 7 + b"{}", b"\x02" + b"\x00" * 7 + b"[]"]
)
def test_damaged_weights_give_a_sentence(tmp_path, capsys, content):
    folder = kept(tmp_path)
    (folder / "weights.safetensors").write_bytes(content)
    assert main(["repeat", str(folder)]) == 1
    captured = capsys.readouterr()
    assert "is cut off or damaged" in captured.err or "differs" in captured.out


def test_what_is_no_run_or_measured_nothing_cannot_be_repeated(tmp_path, capsys):
    assert "is not the folder of a run" in _fails(["repeat", tmp_path], capsys)
    folder = kept(tmp_path)
    (folder / METRICS).write_bytes(b"")
    assert "has measured nothing" in _fails(["repeat", folder], capsys)


def test_what_cannot_come_out_exactly_on_a_gpu_is_said_before_and_after(tmp_path, capsys, monkeypatch):
    """With a stand-in for the GPU: the processor trains in its name."""
    monkeypatch.setattr("networks.training.engine.run.device", lambda name, number=None: torch.device("cpu"))
    layers = (Input(channels=1, size=(8, 8)), Conv2d(filters=4), Upsample(mode="bilinear"))
    network = chain(*layers, Flatten(), Linear(CLASSES), Output())
    run = Run(project(network, device="cuda", optimizer=SGD()))
    keeping = begun(run, tmp_path, Named("blended"), version=version())
    for event in run.train():
        keeping.take(event)
    layer = f"{network.nodes[2].name} (Upsample)"
    why = f"on an NVIDIA GPU torch adds up the gradients of {layer} in no fixed order"
    assert main(["repeat", str(keeping.folder)]) == 0
    told = capsys.readouterr()
    assert (
        f"Note: It is trained again approximately, and its numbers may differ in the last digits: {why}."
        in (told.err.splitlines())
    )
    # the processor does add in one order
    assert SAME in told.out
    file = keeping.folder / METRICS
    file.write_text(file.read_text().replace('"training loss":2', '"training loss":3'))
    assert said(keeping.folder, capsys, 1).endswith(
        f"Machine, versions, threads and data are the same, but {why}."
    )
