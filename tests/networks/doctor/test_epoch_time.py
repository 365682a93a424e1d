"""An estimate follows from what was measured of the same kind, and there is none without."""

from __future__ import annotations

from msgspec.structs import replace

from networks.doctor.epoch_time import Timed, seconds_of, unmeasured
from networks.project.project import first_project
from networks.recipes.recipe import with_settings

PROJECT = first_project()


def with_(**settings):
    return replace(PROJECT, recipe=with_settings(PROJECT.recipe, **settings))


def test_a_kind_is_measured_once_whatever_its_rate_and_seed():
    quick, large = with_(epochs=2, batch_size=64), with_(epochs=3, batch_size=128)
    projects = [quick, with_(epochs=2, batch_size=64, seed=3), large]
    assert unmeasured(projects, ()) == (quick, large)
    known = (Timed(with_(batch_size=64, seed=9), 2.0),)
    assert unmeasured(projects, known) == (large,)
    assert seconds_of(projects, known) is None
    assert seconds_of(projects, (*known, Timed(large, 1.0))) == 2 * 2.0 + 2 * 2.0 + 3 * 1.0


def test_whole_epochs_count_before_steps():
    project = with_(epochs=4)
    known = (Timed(project, 1.0, whole=False), Timed(project, 3.0))
    assert seconds_of([project], known) == 12.0
