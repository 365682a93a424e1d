"""Whatever stands in the environment, a process knows who it is, or says in a sentence what is unclear."""

from __future__ import annotations

import pytest

from networks.core.message import UserError
from networks.training.distributed.launch import launch_of

TORCHRUN = {
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_RANK": "1",
    "LOCAL_WORLD_SIZE": "2",
    "MASTER_ADDR": "one",
    "MASTER_PORT": "29500",
    "TORCHELASTIC_RESTART_COUNT": "2",
    "TORCHELASTIC_RUN_ID": "job 7",
}


def test_without_torchrun_a_process_trains_by_itself():
    assert launch_of({}) is None
    assert launch_of({"MASTER_ADDR": "one", "LOCAL_RANK": "0"}) is None


def test_torchrun_says_who_a_process_is():
    launch = launch_of(TORCHRUN)
    assert launch == (3, 4, 1, 2, "one", 29500, 2, "job 7")
    assert not launch.one_machine
    assert launch_of(TORCHRUN | {"LOCAL_WORLD_SIZE": "4", "LOCAL_RANK": "3"}).one_machine


def test_one_process_needs_no_place_to_meet():
    launch = launch_of({"RANK": "0", "WORLD_SIZE": "1"})
    assert launch.ranks == 1
    # the process that started this one is always the same
    assert launch.id == launch_of({"RANK": "0", "WORLD_SIZE": "1"}).id != ""


@pytest.mark.parametrize("missing", ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"])
@pytest.mark.parametrize("emptied", [False, True])
def test_half_an_environment_is_told(missing, emptied):
    given = {name: value for name, value in TORCHRUN.items() if name != missing}
    with pytest.raises(UserError, match=f"no {missing}: start all processes with torchrun"):
        launch_of(given | ({missing: ""} if emptied else {}))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("RANK", "4"),
        ("RANK", "-1"),
        ("RANK", "two"),
        ("RANK", "１"),
        ("WORLD_SIZE", "0"),
        ("LOCAL_WORLD_SIZE", "5"),
        ("LOCAL_RANK", "2"),
        ("MASTER_PORT", "70000"),
        ("TORCHELASTIC_RESTART_COUNT", "1.5"),
    ],
)
def test_a_number_that_is_none_is_told(name, text):
    with pytest.raises(UserError, match=f"as {name} in the environment, got “{text}”"):
        launch_of(TORCHRUN | {name: text})
