"""Data sets by name are found and read in every form in which people have them, as torchvision reads them."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.core.message import UserError
from networks.data.vision import torchvision
from networks.recipes.datasets import DATASETS, places
from networks.recipes.datasets.formats.mat5 import read_mat
from networks.recipes.datasets.mnist import MNIST
from tests.networks.recipes.datasets import made_sets
from tests.networks.recipes.datasets.made_sets import BY_NAME, SETS, drawn, small, write

IDX = tuple(kind for kind in SETS if hasattr(kind, "sides"))
CIFAR = (BY_NAME["CIFAR10"], BY_NAME["CIFAR100"])


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch):
    """Only folders of the test are looked into."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BACKBONE_DATA", str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)
    usual = tuple(each for each in places.usual() if not each.is_absolute() or tmp_path in each.parents)
    monkeypatch.setattr("networks.recipes.datasets.named.usual", lambda: usual)
    yield
    places.look_in(())


def same(found, pixels, labels):
    return (
        np.array_equal(found[0], pixels) and np.array_equal(found[1], labels) and found[0].flags.c_contiguous
    )


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
def test_a_set_that_torchvision_keeps_is_found_by_itself_and_read_as_torchvision_reads_it(
    kind, tmp_path, monkeypatch
):
    pixels, labels = drawn(kind)
    write(kind, tmp_path / "data", pixels, labels)
    assert kind().missing() is None
    assert same(kind().load(), pixels, labels)
    for train, (images, marks) in zip((True, False), made_sets.sides(kind, *kind().load()), strict=True):
        theirs, numbers = judged_by_torchvision(kind.__name__, tmp_path / "data", train, monkeypatch)
        assert np.array_equal(images, theirs)
        assert np.array_equal(marks, numbers)


def judged_by_torchvision(name, root, train, monkeypatch):
    """Pictures n×height×width×channels and labels, as torchvision's loader gives them."""
    sets = torchvision.datasets
    if name.startswith("EMNIST"):
        part = name.removeprefix("EMNIST").lower()
        loaded = sets.EMNIST(root, part, train=train)
        # it leaves the pictures on their side, and has no letter 0
        return loaded.data.numpy().transpose(0, 2, 1)[..., None], loaded.targets.numpy() - (part == "letters")
    if name in ("MNIST", "FashionMNIST", "KMNIST"):
        loaded = getattr(sets, name)(root, train=train)
        return loaded.data.numpy()[..., None], loaded.targets.numpy()
    kind = getattr(sets, name)
    monkeypatch.setattr(kind, "_check_integrity", lambda self: True)
    if name.startswith("CIFAR"):
        monkeypatch.setattr(kind, "_load_meta", lambda self: None)
        loaded = kind(root, train=train)
        return loaded.data, np.array(loaded.targets)
    if name == "SVHN":
        pytest.importorskip("scipy")
    loaded = kind(root, split="train" if train else "test")
    return loaded.data.transpose(0, 2, 3, 1), loaded.labels


@pytest.mark.parametrize("kind", IDX, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"packed": True},
        {"packed": True, "ending": ""},
        {"dotted": True},
        {"dotted": True, "packed": True},
    ],
)
def test_idx_in_any_form(kind, form, tmp_path):
    pixels, labels = drawn(kind)
    made_sets.write_idx(kind, tmp_path / "elsewhere", pixels, labels, **form)
    places.look_in([tmp_path / "elsewhere"])
    assert same(kind().load(), pixels, labels)


@pytest.mark.parametrize("kind", CIFAR, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("form", ["binary", "old", *range(6)])
def test_cifar_in_any_form(kind, form, tmp_path):
    pixels, labels = drawn(kind)
    folder = tmp_path / "data" / kind.folders[1 if form == "binary" else 0]
    if form == "binary":
        made_sets.write_binaries(kind, folder, pixels, labels)
    else:
        made_sets.write_pickles(kind, folder, pixels, labels, *([2, True] if form == "old" else [form]))
    assert same(kind().load(), pixels, labels)


@pytest.mark.parametrize("packed", [True, False])
def test_svhn_packed_and_not(packed, tmp_path):
    kind = BY_NAME["SVHN"]
    pixels, labels = drawn(kind)
    made_sets.write_mat(kind, tmp_path / "data/SVHN", pixels, labels, packed=packed)
    assert same(kind().load(), pixels, labels)


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("where", ["", "raw", "own"])
def test_a_folder_that_was_named_and_the_programs_own(kind, where, tmp_path):
    pixels, labels = drawn(kind, seed=1)
    folder = write(kind, tmp_path / "made", pixels, labels)
    if where == "own":
        kind().kept_in().parent.mkdir(parents=True)
        os.rename(folder, kind().kept_in())
    else:
        (tmp_path / "named").mkdir()
        os.rename(folder, tmp_path / "named" / where if where else tmp_path / "other")
        places.look_in([tmp_path / "named" if where else tmp_path / "other"])
    assert same(kind().load(), pixels, labels)


@pytest.mark.parametrize("kind", [kind for kind in DATASETS if kind.download_bytes])
def test_without_its_files_one_sentence_says_what_can_be_done(kind):
    sentence = str(kind().missing())
    assert sentence.startswith(f"The pictures of {kind.title} are not on this computer: fetch them (")
    assert sentence.endswith("or choose a folder that has them.")
    with pytest.raises(UserError, match="not on this computer"):
        kind().load()


def test_files_that_change_are_read_again(tmp_path):
    kind = BY_NAME["MNIST"]
    for seed in (1, 2):
        pixels, labels = drawn(kind, seed)
        folder = write(kind, tmp_path / "data", pixels, labels)
        for file in folder.iterdir():
            os.utime(file, (seed, seed))
        assert same(kind().load(), pixels, labels)


# -- files that are not what they should be


def refused(kind):
    with pytest.raises(UserError) as caught:
        kind().load()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert sentence.startswith("“")
    return sentence


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
@settings(max_examples=12)
@given(data=st.data())
def test_a_file_that_is_cut_off_is_said_whichever_and_wherever(kind, data, tmp_path_factory):
    root = tmp_path_factory.mktemp("cut")
    folder = write(kind, root / "data", *drawn(kind))
    files = sorted(folder.iterdir())
    file = data.draw(st.sampled_from(files))
    whole = file.read_bytes()
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    places.look_in([root / "data"])
    assert str(file) in refused(kind)


@pytest.mark.parametrize("kind", IDX, ids=lambda kind: kind.__name__)
@settings(max_examples=8)
@given(data=st.data())
def test_a_packed_file_that_is_cut_off(kind, data, tmp_path_factory):
    root = tmp_path_factory.mktemp("cut")
    made_sets.write_idx(kind, root, *drawn(kind), packed=True)
    file = data.draw(st.sampled_from(sorted(root.iterdir())))
    whole = file.read_bytes()
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 9))])
    places.look_in([root])
    assert str(file) in refused(kind)


@pytest.mark.parametrize("kind", SETS, ids=lambda kind: kind.__name__)
@settings(max_examples=12)
@given(data=st.data())
def test_any_bytes_instead_of_a_file_are_refused_in_a_sentence(kind, data, tmp_path_factory):
    root = tmp_path_factory.mktemp("any")
    folder = write(kind, root / "data", *drawn(kind))
    file = data.draw(st.sampled_from(sorted(folder.iterdir())))
    start = file.read_bytes()[: data.draw(st.sampled_from([0, 2, 7]))]
    file.write_bytes(start + data.draw(st.binary(max_size=300)))
    places.look_in([root / "data"])
    assert str(file) in refused(kind)


def test_the_real_mnist_is_not_mistaken_for_fashion(tmp_path):
    """Both are 28×28 and have files of the same names, but MNIST's classes are of unequal size."""
    made = small(MNIST)
    made.counts = tuple(range(5, 15))
    write(made, tmp_path / "data", *drawn(made))
    fashion = BY_NAME["FashionMNIST"]
    os.rename(tmp_path / "data/MNIST", tmp_path / "data/FashionMNIST")
    assert "expected the labels of Fashion-MNIST, got those of another data set" in refused(fashion)


class Evil:
    def __reduce__(self):
        return os.system, ("touch evil",)


class State:
    """Sets what it can reach when it is put together."""

    def __reduce__(self):
        return os.getcwd, (), {"a": Evil()}


@pytest.mark.parametrize("kind", CIFAR, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("protocol", range(6))
def test_no_pickle_runs_code(kind, protocol, tmp_path):
    folder = write(kind, tmp_path / "data", *drawn(kind))
    for evil in (Evil(), [Evil()], State()):
        for fields in (evil, {"data": evil, kind.key: []}, {"data": b"", kind.key: evil}):
            (folder / kind.pickles[-1]).write_bytes(pickle.dumps(fields, protocol))
            assert "no file of CIFAR" in refused(kind)
    assert not (tmp_path / "evil").exists()


def test_a_mat_file_that_scipy_wrote_is_read(tmp_path):
    scipy = pytest.importorskip("scipy.io")
    arrays = {"X": np.arange(24, dtype=np.uint8).reshape(2, 3, 4), "y": np.array([[10.0], [2.5]])}
    scipy.savemat(tmp_path / "a.mat", arrays, do_compression=True)
    found = read_mat(tmp_path / "a.mat")
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())
