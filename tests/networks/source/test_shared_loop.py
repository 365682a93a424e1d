"""A run calls the functions that a training script prints, so that whoever changes one changes both."""

from __future__ import annotations

import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from networks.data.fitting import fit
from networks.exporting.script import save_training_script
from networks.graph.edits import insert
from networks.layers.normalization import GroupNorm
from networks.project.project import Project, first_project
from networks.recipes import rates
from networks.recipes.optimizers import Muon
from networks.recipes.recipe import with_settings
from networks.recipes.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    MultiStep,
    OneCycle,
    Plateau,
    StepDrops,
)
from networks.recipes.splitting import split
from networks.runs.measures import MEASURES, add_to, means
from networks.source.identifiers import GLOBALS
from networks.source.loop_text import loop_names
from networks.training.printed.averaging import average_weights
from networks.training.printed.compiled import Compiled
from networks.training.printed.muon import MuonAdamW, adamw_update, muon_update, orthogonal
from networks.training.printed.norm_guards import gradient_in_plain_order, guard_norms, in_plain_order
from networks.training.printed.precision import InBfloat16
from networks.training.printed.steps import judge, set_rate, train_step
from networks.training.printed.weight_groups import is_matrix, muon_groups, spare_decay
from tests.networks.source.fresh_interpreter import FreshInterpreter

NETWORKS = Path(__file__).parents[3] / "networks"
SHARED = (fit, split, train_step, judge, add_to, means, *(measure.taken for measure in MEASURES))


GUARDS = (guard_norms, in_plain_order, gradient_in_plain_order)
"""Printed where the network has a normalization that needs them."""


RATES = {
    rates.warm_up: Constant(warmup=1.0),
    rates.cosine: Cosine(),
    rates.restarts: CosineRestarts(),
    rates.one_cycle: OneCycle(),
    rates.regular_drops: StepDrops(),
    rates.drops: MultiStep(),
    rates.exponential: Exponential(),
    rates.plateau: Plateau(),
    set_rate: Cosine(),
}
"""Printed where the schedule uses them."""

GROUPED = (
    average_weights,
    muon_groups,
    spare_decay,
    is_matrix,
    MuonAdamW,
    muon_update,
    orthogonal,
    adamw_update,
)
"""Printed where the optimizer needs them."""

QUICKER = (InBfloat16, Compiled)
"""Printed where the recipe's switches ask for them."""


@pytest.mark.parametrize(
    "function", [*SHARED, *GUARDS, *RATES, *GROUPED, *QUICKER], ids=lambda function: function.__name__
)
def test_what_a_run_does_stands_in_the_script_word_for_word(tmp_path, function):
    project = first_project()
    if function in GUARDS:
        network, _ = insert(project.network, GroupNorm(num_groups=1), project.network.wires[0])
        project = Project(network, project.recipe)
    if function in RATES:
        project = replace(project, recipe=with_settings(project.recipe, schedule=RATES[function]))
    if function in GROUPED:
        project = replace(
            project, recipe=with_settings(project.recipe, optimizer=Muon(), decay="matrices", averaging=0.9)
        )
    if function in QUICKER:
        project = replace(project, recipe=with_settings(project.recipe, precision="bfloat16", compile=True))
    save_training_script(project, tmp_path / "net.py")
    text = (tmp_path / "net.py").read_text(encoding="utf-8")
    assert f"\n\n\n{inspect.getsource(function)}\n\n" in text


def test_no_class_of_a_network_may_have_the_name_of_such_a_function():
    assert (
        {function.__name__ for function in (*SHARED, *GUARDS, *RATES, *GROUPED, *QUICKER)}
        <= {*loop_names()}
        <= GLOBALS
    )


def test_the_script_of_every_schedule_prints_its_curve():
    assert {*RATES.values()} >= {kind() for kind in SCHEDULES if kind is not Constant}


CHANGES = {
    "nothing": ("training/printed/steps.py", "", ""),
    "loss": (
        "training/printed/steps.py",
        "    loss.backward()",
        "    loss = 3 * loss\n    loss.backward()",
    ),
    "judging": (
        "training/printed/steps.py",
        "        scores = model(images)",
        "        scores = -model(images)",
    ),
    "split": ("recipes/splitting.py", "round(members * share)", "round(members * share / 2)"),
    "images": ("data/fitting.py", "bilinear", "bicubic"),
    "measure": ("runs/measures.py", "scores.argmax(1)", "scores.argmin(1)"),
}
"""What is changed in a copy of the package: its file, and the text before and after."""

_TRAIN = """
import sys
from pathlib import Path

for folder in map(Path, sys.argv[1:]):
    for name in [name for name in sys.modules if name.partition(".")[0] == "networks"]:
        del sys.modules[name]
    sys.path[0] = str(folder)
    from networks.exporting.script import save_training_script
    from networks.project.project import Project, first_project
    from networks.recipes.recipe import with_settings
    from networks.runs.record import Record
    from networks.runs.table import csv_text
    from networks.training.engine import run

    assert Path(run.__file__).is_relative_to(folder)
    project = first_project()
    project = Project(project.network, with_settings(project.recipe, batch_size=300, epochs=1, threads=1))
    save_training_script(project, folder / "net.py")
    record = Record("run")
    record.take(list(run.Run(project).train()))
    (folder / "run.csv").write_text(csv_text([record]), encoding="utf-8")
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """By what was changed: the table of the run, and that of the script."""
    folders = {}
    for name, (file, before, after) in CHANGES.items():
        folders[name] = tmp_path_factory.mktemp(name)
        # with what Python compiled of it: seven times all of it would take seconds
        shutil.copytree(NETWORKS, folders[name] / "networks")
        changed = folders[name] / "networks" / file
        text = changed.read_text(encoding="utf-8")
        assert before in text
        changed.write_text(text.replace(before, after), encoding="utf-8")
    given = [sys.executable, "-c", _TRAIN, *map(str, folders.values())]
    subprocess.run(given, check=True, cwd=tmp_path_factory.mktemp("elsewhere"))
    fresh = FreshInterpreter(tmp_path_factory.mktemp("fresh"))
    found = {}
    for name, folder in folders.items():
        assert fresh.ran(folder / "net.py")["ending"] == ""
        tables = (folder / "run.csv", folder / "net-curves.csv")
        found[name] = tuple(table.read_text(encoding="utf-8") for table in tables)
    fresh.close()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_who_changes_the_loop_changes_the_run_and_the_script(trained, change):
    of_run, of_script = trained[change]
    assert of_run == of_script
    assert (of_run == trained["nothing"][0]) == (change == "nothing")
