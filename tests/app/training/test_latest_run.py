"""What trains now, or did last, with what was changed while it went on."""

from __future__ import annotations

from msgspec.structs import replace

from app.training.latest_run import LatestRun
from networks.project.project import first_project
from networks.recipes.recipe import with_settings
from networks.runs.record import Record


def test_it_trains_with_each_change_from_then_on():
    latest, project = LatestRun(), first_project()
    record = Record("run-1")
    assert latest.steer(project.recipe, with_settings(project.recipe, batch_size=7)) == {}
    latest.take(record, project)
    slower = with_settings(project.recipe, clip=0.25)
    assert latest.steer(project.recipe, slower) == {"learning.clip": 0.25}
    assert latest.project == replace(project, recipe=slower)
    longer = with_settings(slower, epochs=77)
    assert latest.steer(slower, longer) == {"learning.epochs": 77}
    assert latest.project == replace(project, recipe=longer)
    assert (latest.id, latest.progress) == ("run-1", record.progress)


def test_another_project_forgets_it():
    latest = LatestRun()
    latest.take(Record("run-1"), first_project())
    assert latest.trained.called == "LeNet-5"
    latest.forget()
    assert latest.progress is latest.project is latest.trained.called is None
