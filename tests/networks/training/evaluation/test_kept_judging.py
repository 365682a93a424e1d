"""The weights in a run's folder give the same answers as those that the run had."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from msgspec.structs import replace

from networks.core.message import UserError
from networks.project.project import first_project
from networks.recipes.optimizers import Adam
from networks.recipes.recipe import with_settings
from networks.runs.kept.files import OTHER_WEIGHTS, WEIGHTS
from networks.runs.kept.weights import weight_files
from networks.training.engine.run import Run
from networks.training.evaluation.judging import KeptJudge, judge_weights
from networks.training.keeping.kept_weights import read_weights
from networks.training.keeping.recorder import Named, begun

# bad after one of the epochs, so that the best weights are not the last ones; with another seed it may not be
UNSTEADY = {
    "seed": 1,
    "epochs": 3,
    "per_class": 10,
    "averaging": 0.9,
    "threads": 1,
    "optimizer": Adam(lr=0.05),
}


def trained(folder, **settings):
    project = first_project()
    run = Run(replace(project, recipe=with_settings(project.recipe, **settings)))
    recorder = begun(run, folder, Named("title"))
    for event in run.train():
        recorder.take(event)
    return run, recorder.folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("runs"), **UNSTEADY)


@pytest.mark.parametrize("side", ["validation", "training"])
@pytest.mark.parametrize("weights", ["best", "last", "averaged"])
def test_it_answers_as_the_run_did(kept, weights, side):
    run, folder = kept
    judge = KeptJudge(folder, "kept-1")
    found, wanted = judge.judge(weights, side), judge_weights(run, weights, side)
    assert (found.run, found.weights, found.side) == ("kept-1", weights, side)
    assert (found.step, found.epoch) == (wanted.step, wanted.epoch)
    for name in ("images", "labels", "answers", "ranks", "probabilities", "losses"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name
    assert judge.note is None


def test_it_can_be_given_up(kept):
    assert KeptJudge(kept[1], "kept-1").judge("best", "validation", lambda share: False) is None


def test_all_weights_are_found_by_their_kind(kept):
    run, folder = kept
    assert run.best.step != run.step
    files = weight_files(folder, run.project.recipe.learning.stopping.keep)
    assert list(files) == ["best", "last", "averaged"]
    for kind in files:
        found = read_weights(folder, run.project.recipe.learning.stopping.keep, kind)
        assert all(found[name].equal(each) for name, each in run.weights(kind).items())


def test_one_file_where_the_last_epoch_is_the_best(tmp_path):
    run, folder = trained(tmp_path, epochs=1, per_class=5, threads=1)
    assert weight_files(folder, "best") == {"last": folder / WEIGHTS}
    assert all(read_weights(folder, "best", "best")[name].equal(each) for name, each in run.weights().items())


def test_a_run_that_was_cut_off_is_judged_by_its_checkpoint(tmp_path):
    run, folder = trained(tmp_path, epochs=1, per_class=5, threads=1)
    for name in (WEIGHTS, *OTHER_WEIGHTS.values()):
        (folder / name).unlink(missing_ok=True)
    found = KeptJudge(folder, "kept-1").judge("last", "validation")
    assert np.array_equal(found.probabilities, judge_weights(run, "last", "validation").probabilities)


def test_what_is_gone_or_changed_is_told(tmp_path):
    _, folder = trained(tmp_path, epochs=1, per_class=5, threads=1)
    leg = folder / "legs" / "0001.json"
    told = json.loads(leg.read_text())
    told["environment"]["data"] = "00000000-00000000"
    leg.write_text(json.dumps(told))
    judge = KeptJudge(folder, "kept-1")
    assert "have changed" in str(judge.note)
    for path in folder.glob("*.safetensors"):
        path.write_bytes(b"{")
    with pytest.raises(UserError, match="cut off or damaged"):
        judge.judge("last", "validation")
    for path in folder.glob("*.safetensors"):
        path.unlink()
    with pytest.raises(UserError, match="no weights"):
        judge.judge("last", "validation")


def test_where_a_file_was_deleted_the_checkpoint_has_the_weights(kept, tmp_path):
    """Also where files of other kinds are still there."""
    run, folder = kept
    left = tmp_path / folder.name
    shutil.copytree(folder, left)
    keep = run.project.recipe.learning.stopping.keep
    for path in weight_files(left, keep).values():
        if path.name != OTHER_WEIGHTS["averaged"]:
            path.unlink()
    assert list(weight_files(left, keep)) == ["averaged"]
    for kind in ("last", "best"):
        found = read_weights(left, keep, kind)
        assert all(found[name].equal(each) for name, each in run.weights(kind).items())
