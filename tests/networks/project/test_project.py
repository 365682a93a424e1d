"""The project file: what is written is read, and what cannot be read is said in words."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from networks.core.fields import changed, fields_of
from networks.core.message import UserError, visible
from networks.graph.folds import settled
from networks.graph.network import MOST_NESTED, Fold, Network, Node
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input
from networks.layers.merge import Concat
from networks.layers.normalization import LayerNorm
from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from networks.project.project import (
    FORMAT,
    LARGEST_FILE,
    MOST_FOLDS,
    Project,
    blank_project,
    first_project,
    project_from_json,
    project_to_json,
    read_project,
    write_project,
)
from networks.recipes.data_section import Data
from networks.recipes.datasets import DATASETS
from networks.recipes.learning_section import Learning
from networks.recipes.losses import LOSSES
from networks.recipes.machine_section import Machine
from networks.recipes.optimizers import OPTIMIZERS
from networks.recipes.published import BY_NAME
from networks.recipes.recipe import Recipe
from networks.recipes.schedules import SCHEDULES, MultiStep
from tests.networks.graph.random_edits import edited
from tests.networks.strategies import values

DATA = Path(__file__).parents[2] / "data"
GOLDEN = DATA / "project-format-1.json"
"""Every layer type and field that format 1 had; written, as its kin, by the last version that had it."""
SEED = project_to_json(first_project())


def declared(kinds):
    """Values of one of these types, with all parameters drawn."""

    def drawn(kind):
        parameters = st.fixed_dictionaries({field.name: values(field) for field in fields_of(kind)})
        return parameters.map(lambda chosen: changed(kind(), **chosen))

    return st.sampled_from(kinds).flatmap(drawn)


FIRST = {
    "data": ("dataset", "validation", "split_seed"),
    "learning": ("start", "loss", "optimizer", "clip", "batch_size", "epochs", "seed"),
    "machine": ("device", "threads"),
}
"""By section, the settings that there were when recipes got sections, in format 3."""
NEWER = {
    section.name: [
        field.name for field in fields(type(section.default)) if field.name not in FIRST[section.name]
    ]
    for section in fields(Recipe)
    if section.name in FIRST
}
"""By section, the settings that came later: a file without them means what it meant before."""

RECIPES = st.builds(
    Recipe,
    data=st.builds(
        Data,
        dataset=declared(DATASETS),
        validation=st.floats(0, 1, exclude_min=True, exclude_max=True),
        split_seed=st.integers(0, 2**31 - 1),
    ),
    learning=st.builds(
        Learning,
        start=st.sampled_from(["random", *BY_NAME]),
        loss=declared(LOSSES),
        optimizer=declared(OPTIMIZERS),
        accumulation=st.integers(1, 65_536),
        averaging=st.floats(0, 1, exclude_max=True),
        decay=st.sampled_from(["all", "matrices"]),
        schedule=declared(SCHEDULES),
        clip=st.floats(0, 1e6),
        clip_by=st.sampled_from(["norm", "value"]),
        batch_size=st.integers(1, 65_536),
        epochs=st.integers(1, 100_000),
        seed=st.integers(0, 2**31 - 1),
    ),
    machine=st.builds(Machine, device=st.sampled_from(["cpu", "cuda", "mps"]), threads=st.integers(0, 1024)),
)


@st.composite
def projects(draw):
    network = draw(st.sampled_from([Network(), first_project().network]))
    for _ in range(draw(st.integers(0, 6))):
        network = draw(edited(network))
    return Project(network, draw(RECIPES))


# what is written is read


@given(projects())
def test_a_project_comes_back_from_its_file_byte_for_byte(project):
    data = project_to_json(project)
    read = project_from_json(data)
    assert read == project
    assert project_to_json(read) == data
    assert json.loads(data)["recipe"] == json.loads(msgspec.json.encode(project.recipe))


def test_a_file_from_before_a_setting_was_added_means_what_it_meant():
    value = json.loads(SEED)
    for section, names in NEWER.items():
        for name in names:
            value["recipe"].get(section, {}).pop(name)
    old = project_from_json(json.dumps(value).encode())
    assert old == first_project()
    assert old.recipe.learning.schedule.curves(epochs=20, steps_per_epoch=7) == ()


def test_a_layer_is_one_line_and_the_recipe_is_indented():
    lines = SEED.decode().splitlines()
    assert lines[:5] == [
        "{",
        '  "format": 3,',
        '  "program": "Backbone",',
        '  "network": {',
        '    "nodes": [',
    ]
    assert lines[7] == '      {"name": "tanh1", "layer": {"type": "Tanh"}, "inputs": ["conv1"]},'
    assert '      "batch_size": 8,' in lines
    assert SEED.endswith(b"\n}\n")
    recipe = msgspec.json.format(msgspec.json.encode(first_project().recipe), indent=2).splitlines()
    assert len(lines) == len(first_project().network.nodes) + len(recipe) + 8


def test_an_edit_of_one_layer_changes_one_line():
    project = first_project()
    nodes = [
        replace(node, layer=replace(node.layer, filters=7)) if node.name == "conv2" else node
        for node in project.network.nodes
    ]
    other = project_to_json(replace(project, network=Network(tuple(nodes)))).splitlines()
    assert sum(a != b for a, b in zip(SEED.splitlines(), other, strict=True)) == 1


def test_files_of_format_1_can_always_be_read():
    project = read_project(GOLDEN)
    assert [node.name for node in project.network.nodes][:3] == ["input_1", "output_2", "conv_3"]
    assert project.network["conv_3"].layer == Conv2d(35, (5, 4), (3, 2), (3, 2), (3, 2), 4, False)
    assert project.network["multiply_38"].inputs == ("upsample_36", "add_37")
    assert project.recipe.learning.optimizer.lr == 0.05
    assert len({type(node.layer) for node in project.network.nodes}) == 39


@pytest.mark.parametrize("name", ["project", "lenet", "names"])
def test_what_format_1_did_not_know_has_its_default_and_all_else_is_as_it_was_written(name):
    path = DATA / f"{name}-format-1.json"
    written = json.loads(path.read_bytes())
    assert written["format"] == 1
    project = read_project(path)
    assert holds(without_sections(project), written, {"format", "program"})
    network = project.network
    assert network.folds == ()
    assert not any(node.fold or node.frozen for node in network.nodes)
    assert all(node.layer.normalize == "data" for node in network.of_type(Input))
    assert all(node.layer.over == "all" for node in network.of_type(LayerNorm))
    assert project.recipe.learning.start == "random"
    # nothing makes of it what it is not: no block, no other names
    assert settled(network, project.classes) is network
    data = project_to_json(project)
    assert data.startswith(b'{\n  "format": 3,')
    assert project_from_json(data) == project


def test_lenet_of_format_1_is_the_lenet_of_today():
    assert read_project(DATA / "lenet-format-1.json") == Project(
        lenet5(), Recipe(learning=Learning(batch_size=8))
    )


def test_names_of_format_1_stay_as_they_are():
    network = read_project(DATA / "names-format-1.json").network
    assert [node.name for node in network.nodes] == [
        *("0", "x" * 64, "Conv1", "conv1", "a_1__", "twice", "class_", "match", "output", "loose"),
        *("fro", "here", "own", "Output"),
    ]
    assert network["twice"].inputs == ("a_1__", "a_1__", "0")
    assert network["own"].inputs == ("own", "own")
    assert network.looped == {"fro", "here", "own"}


def test_files_of_format_2_can_always_be_read():
    path = DATA / "project-format-2.json"
    project = read_project(path)
    assert holds(without_sections(project), json.loads(path.read_bytes()), {"format", "program"})
    network = project.network
    assert len({type(node.layer) for node in network.nodes}) == 50
    assert len({type(fold.block) for fold in network.folds if fold.block is not None}) == 6
    assert network.around("blocks.stage") == ("blocks.stage", "Hälfte ½", "Whole network")
    assert network.folded["stem"] == ("input_1",)
    assert network["part-48.0.add"].inputs == ("slice_46", "shuffle_47")
    assert [node.name for node in network.nodes if node.frozen][:2] == ["upconv_5", "pool_10"]
    assert network["input_1"].layer.normalize == "centered"
    assert network["pointwise_7"].layer.filters == "classes"
    assert project.recipe.learning.start == "AlexNet_Weights.IMAGENET1K_V1"


def test_files_of_format_3_can_always_be_read():
    """It was written from the one of format 2."""
    path = DATA / "project-format-3.json"
    project = read_project(path)
    assert holds(msgspec.to_builtins(project), json.loads(path.read_bytes()), {"format", "program"})
    assert project == read_project(DATA / "project-format-2.json")


@pytest.mark.parametrize(
    ("drops", "at"),
    [('"first": 10, "second": 15, "third": 0', (10, 15)), ('"first": 0, "second": 0, "third": 7', (7,))],
)
def test_a_schedule_of_three_drops_became_one_of_any_number(drops, at):
    schedule = f'{{"type": "MultiStep", "warmup": 1.0, "warmup_start": 0.01, {drops}, "factor": 0.5}}'
    data = re.sub(rb'"schedule": \{[^}]*\}', f'"schedule": {schedule}'.encode(), SEED)
    read = project_from_json(data).recipe.learning.schedule
    assert read == MultiStep(warmup=1.0, at=at, factor=0.5)
    with pytest.raises(UserError, match="third"):
        project_from_json(data.replace(b'"third"', b'"at": [], "third": 3, "thirds"'))


def in_format(number, project):
    """The file that a Backbone of format 1 or 2 wrote."""
    file = {"format": number, "program": "Backbone"} | without_sections(project)
    return json.dumps(file).encode()


@given(projects(), st.sampled_from([1, 2]))
def test_a_recipe_without_sections_is_read_as_it_was_meant(project, number):
    assert project_from_json(in_format(number, project)) == as_first(project)


def as_first(project):
    """The project with the defaults of all settings that are newer than sections."""
    recipe = project.recipe
    for section, names in NEWER.items():
        defaults = {name: getattr(getattr(Recipe(), section), name) for name in names}
        recipe = replace(recipe, **{section: replace(getattr(recipe, section), **defaults)})
    return replace(project, recipe=recipe)


def without_sections(project):
    """The project's values as formats 1 and 2 laid them out."""
    value = msgspec.to_builtins(project)
    data, learning, machine = (
        {name: entry for name, entry in value["recipe"][section].items() if name not in NEWER[section]}
        for section in ("data", "learning", "machine")
    )
    dataset = data.pop("dataset")
    return value | {"recipe": {"data": dataset | data} | learning | machine}


def holds(value, written, besides=()):
    """Whether all that was written is in the value; later fields may have come since."""
    if isinstance(written, dict):
        # an empty list of inputs need not be written
        return all(key in besides or holds(value.get(key, []), entry) for key, entry in written.items())
    if isinstance(written, list):
        return len(value) == len(written) and all(map(holds, value, written))
    return value == written


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read():
    assert project_from_json(b"\xef\xbb\xbf" + SEED.replace(b"\n", b"\r\n")) == first_project()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_is_left_out_has_its_default(number):
    text = f'{{"format": {number}, "program": "Backbone", "network": {{"nodes": []}}, "recipe": {{}}}}'
    assert project_from_json(text.encode()) == Project()


def test_a_checkout_between_two_formats_wrote_what_is_read():
    """Before the number went up, blocks were written under the old one: into recovery files, too."""
    data = (DATA / "project-format-2.json").read_bytes()
    assert project_from_json(data.replace(b'"format": 2', b'"format": 1', 1)) == project_from_json(data)


def test_a_project_goes_through_a_file(tmp_path):
    path = tmp_path / "mein netz ×.json"
    write_project(blank_project(), path)
    assert path.read_bytes() == project_to_json(blank_project())
    assert read_project(path) == blank_project()


def test_what_could_not_be_opened_again_is_not_written(tmp_path):
    path = tmp_path / "lenet.json"
    path.write_bytes(SEED)
    wrong = Project(Network((Node("conv1", Conv2d(filters=0)),)))
    with pytest.raises(UserError) as error:
        write_project(wrong, path)
    assert str(error.value) == (
        f"“{path}” was not saved. Layer 1 (“conv1”), field “filters”: expected a whole number from 1 to "
        "65536, got 0: correct it in a text editor, or open another copy."
    )
    assert path.read_bytes() == SEED


# what cannot be read is said in words

MEND = "correct it in a text editor, or open another copy."


def swapped(old: str, new: str, seed: bytes = SEED) -> bytes:
    assert seed.count(old.encode()) >= 1, old
    return seed.replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)


def line_of(text: str) -> int:
    """The number of the first line of the file with this text in it."""
    return next(number for number, line in enumerate(SEED.decode().splitlines(), 1) if text in line)


def folded(folds: str) -> bytes:
    """LeNet-5 with these folds, in none of which a layer lies."""
    end = b"\n    ]\n  },"
    assert SEED.count(end) == 1
    return SEED.replace(end, b'\n    ],\n    "folds": [' + folds.encode() + b"]\n  },")


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    return file.getvalue()


BAD = {
    "empty": (b"", "It is empty: open another copy of it."),
    "blank": (b" \r\n\t ", "It is empty: open another copy of it."),
    "byte order mark alone": (b"\xef\xbb\xbf", "It is empty: open another copy of it."),
    "zeros": (
        b"\0" * 4096,
        "It holds nothing but zeros, as after a power failure: open another copy of it.",
    ),
    "git lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "It is a Git LFS pointer, not the project itself: run “git lfs pull” and open it again.",
    ),
    "web page": (
        b"\n<!DOCTYPE html><html></html>",
        "It is a web page, not the project itself: download the file, not the page that shows it.",
    ),
    "torch checkpoint": (
        zipped(),
        "It is a ZIP archive, perhaps a PyTorch checkpoint (.pt, .pth): that holds weights, "
        "a project is a JSON file.",
    ),
    "pickle": (
        pickle.dumps({"a": 1}),
        "It is a Python pickle, perhaps a PyTorch checkpoint: it could run code and was not read. "
        "A project is a JSON file.",
    ),
    "safetensors": (
        b'\x40\0\0\0\0\0\0\0{"__metadata__":{}}',
        "It is a safetensors file: that holds weights, a project is a JSON file.",
    ),
    "hdf5": (b"\x89HDF\r\n\x1a\n", "It is an HDF5 file, perhaps Keras weights: a project is a JSON file."),
    "gzip": (b"\x1f\x8b\x08\0", "It is compressed with gzip: unpack it and open what comes out."),
    "utf-16": (
        SEED.decode().encode("utf-16"),
        "It is text in UTF-16: save it as UTF-8 in a text editor and open it again.",
    ),
    "latin-1": (
        SEED.replace(b"conv1", b"conv\xe9", 1),
        "Line 7, column 21: expected text in UTF-8, got the byte 0xe9: "
        "the file is damaged or no text; open another copy.",
    ),
    "python": (b"import torch\n", f"Line 1, column 1: expected JSON, got “import torch”: {MEND}"),
    "comment": (
        swapped('  "format"', '  // mine\n  "format"'),
        f"Line 2, column 3: expected JSON, got “// mine”: {MEND}",
    ),
    "comma missing": (
        swapped('"Backbone",', '"Backbone"'),
        f'Line 4, column 3: expected JSON, got “"network": {{”: {MEND}',
    ),
    "cut off": (SEED[:500], "It ends in the middle, in line 9: the file was cut off; open another copy."),
    "something behind": (
        SEED + b"{}",
        f"Line {SEED.count(10) + 1}, column 1: expected JSON, got “{{}}”: {MEND}",
    ),
    "NaN": (
        swapped("0.001", "NaN"),
        f"Line {line_of('0.001')}, column 15: expected a finite number, got “NaN”: {MEND}",
    ),
    "infinity": (
        swapped("0.001", "-Infinity"),
        f"Line {line_of('0.001')}, column 16: expected a finite number, got “Infinity”: {MEND}",
    ),
    "unknown weights": (
        swapped('"start": "random"', '"start": "../evil.pth"'),
        "Field “recipe.learning.start”: expected one of 23 names, such as “random”, got “../evil.pth”: "
        f"{MEND}",
    ),
    "1e400": (
        swapped("0.001", "1e400"),
        f"Field “recipe.learning.optimizer.lr”: expected a number above 0, up to 1000, got 1e400: {MEND}",
    ),
    "half a character": (
        swapped("conv1", r"conv\ud800"),
        f"Line 7, column 21: expected a character, got half of one (“\\ud800”): {MEND}",
    ),
    "deep": (
        b'{"format": 1, "program": "Backbone", "network": ' + b"[" * 100_000,
        "Its brackets are nested too deeply for a project: open another file.",
    ),
    "duplicate key": (
        swapped('"filters": 6', '"filters": 6, "kernel": [5, 5], "filters": 7'),
        "Line 7, column 85: the field “filters” stands there for the second time: "
        "remove one of the two in a text editor.",
    ),
    "duplicate key, written otherwise": (
        swapped('"threads": 0', r'"threads": 0, "thread\u0073": 1'),
        f"Line {line_of('threads')}, column 21: the field “threads” stands there for the second time: "
        "remove one of the two in a text editor.",
    ),
    "other JSON": (
        b'{"name": "left-pad", "version": "1.0.0"}',
        "It is JSON, but no Backbone project: expected “program”: “Backbone” in it, got none; "
        "open another file.",
    ),
    "list": (
        b"[1, 2, 3]",
        "It is JSON, but no Backbone project: expected “program”: “Backbone” in it, got none; "
        "open another file.",
    ),
    "newer": (
        swapped('"format": 3', '"format": 4, "blocks": []'),
        "It comes from a newer Backbone (format 4; this one reads up to 3): open it with that one.",
    ),
    "no format": (
        swapped('"format": 3,', ""),
        f"Field “format”: expected the number of a format, such as 3, got null: {MEND}",
    ),
    "format in quotes": (
        swapped('"format": 3,', '"format": "1",'),
        f'Field “format”: expected the number of a format, such as 3, got "1": {MEND}',
    ),
    "format 0": (
        swapped('"format": 3,', '"format": 0,'),
        f"Field “format”: expected the number of a format, such as 3, got 0: {MEND}",
    ),
    "format true": (
        swapped('"format": 3,', '"format": true,'),
        f"Field “format”: expected the number of a format, such as 3, got true: {MEND}",
    ),
    "no recipe": (
        b'{"format": 1, "program": "Backbone", "network": {}}',
        f"The project: expected the field “recipe”, got none: {MEND}",
    ),
    "unknown layer type": (
        swapped('"Conv2d"', '"Conv3d"'),
        "Layer 2 (“conv1”): there is no type “Conv3d” in this Backbone: did you mean “Conv2d”?",
    ),
    "layer type of another time": (
        swapped('"Conv2d"', '"os.system"'),
        "Layer 2 (“conv1”): there is no type “os.system” in this Backbone: "
        "open the project with a newer one.",
    ),
    "layer type missing": (
        swapped('"type": "Tanh"', ""),
        f"Layer 3 (“tanh1”): expected the field “type”, got none: {MEND}",
    ),
    "layer type a number": (
        swapped('"type": "Tanh"', '"type": 5'),
        f"Layer 3 (“tanh1”): expected the name of a type, got 5: {MEND}",
    ),
    "unknown field": (
        swapped('"filters": 6', '"filters": 6, "Filters": 7'),
        f"Layer 2 (“conv1”): there is no field “Filters”: {MEND}",
    ),
    "unknown field with a long unseemly name": (
        swapped('"filters": 6', f'"filters": 6, "<b>\\u202e\\n{"x" * 99}": 7'),
        f"Layer 2 (“conv1”): there is no field “<b>\\u202e\\n{'x' * 35}…”: {MEND}",
    ),
    "out of range": (
        swapped('"filters": 6', '"filters": 0'),
        f"Layer 2 (“conv1”), field “filters”: expected a whole number from 1 to 65536, got 0: {MEND}",
    ),
    "no whole number": (
        swapped('"filters": 6', '"filters": 6.5'),
        f"Layer 2 (“conv1”), field “filters”: expected a whole number from 1 to 65536, got 6.5: {MEND}",
    ),
    "huge": (
        swapped('"filters": 6', f'"filters": {"9" * 5000}'),
        "Layer 2 (“conv1”), field “filters”: expected a whole number from 1 to 65536, "
        f"got {'9' * 40}…: {MEND}",
    ),
    "half a pair": (
        swapped('"kernel": [5, 5]', '"kernel": [5]'),
        f"Layer 2 (“conv1”), field “kernel”: expected a list of 2 whole numbers, got [5]: {MEND}",
    ),
    "wrong half of a pair": (
        swapped('"kernel": [5, 5]', '"kernel": [5, null]'),
        f"Layer 2 (“conv1”), field “kernel #2”: expected a whole number from 1 to 1024, got null: {MEND}",
    ),
    "no truth": (
        swapped('"bias": true', '"bias": {}'),
        f"Layer 2 (“conv1”), field “bias”: expected true or false, got fields in braces: {MEND}",
    ),
    "word or number": (
        swapped('"classes"', '"many"'),
        "Layer 13 (“fc3”), field “features”: expected a whole number from 1 to 1000000 or “classes”, "
        f"got “many”: {MEND}",
    ),
    "choice": (
        swapped('"cpu"', '"tpu"'),
        f"Field “recipe.machine.device”: expected “cpu”, “cuda”, “mps”, got “tpu”: {MEND}",
    ),
    "share": (
        swapped("0.2", "1.0"),
        f"Field “recipe.data.validation”: expected a number above 0 and below 1, got 1.0: {MEND}",
    ),
    "layer no layer": (
        swapped('{"type": "Tanh"}', "[]"),
        f"Layer 3 (“tanh1”): expected fields in braces, got []: {MEND}",
    ),
    "nameless": (
        swapped('"name": "tanh1", ', ""),
        f"Layer 3: expected the field “name”, got none: {MEND}",
    ),
    "strange name": (
        swapped('"name": "conv1"', '"name": "../conv"'),
        "Layer 2 (“../conv”), field “name”: expected a name of 1 to 64 letters A–Z, digits, underscores and "
        f"hyphens, or several with dots between, got “../conv”: {MEND}",
    ),
    "reserved name": (
        swapped('"name": "conv1"', '"name": "forward"'),
        "torch.nn.Module uses the name “forward” itself: try “forward_1”.",
    ),
    "duplicate name": (
        swapped('"name": "tanh1"', '"name": "conv1"'),
        "Two layers are called “conv1”; each needs a name of its own.",
    ),
    "dangling input": (
        swapped('"inputs": ["conv1"]', '"inputs": ["conv9"]'),
        "“tanh1” takes its input from “conv9”, but there is no such layer.",
    ),
    "inputs no list": (
        swapped('"inputs": ["conv1"]', '"inputs": "conv1"'),
        f"Layer 3 (“tanh1”), field “inputs”: expected a list in brackets, got “conv1”: {MEND}",
    ),
    "fold without a name": (folded("{}"), f"Block or group 1: expected the field “name”, got none: {MEND}"),
    "fold with a number for a name": (
        folded('{"name": "b"}, {"name": 7}'),
        f"Block or group 2, field “name”: expected a name of 1 to 64 printable characters, got 7: {MEND}",
    ),
    "fold with an empty name": (
        folded('{"name": ""}'),
        f"Block or group 1, field “name”: expected a name of 1 to 64 printable characters, got “”: {MEND}",
    ),
    "fold with an unseemly name": (
        folded('{"name": "a\\u202eb"}'),
        "Expected a name of 1 to 64 printable characters, got “a\\u202eb”.",
    ),
    "fold of the name of a layer": (
        folded('{"name": "conv1"}'),
        "Two things are called “conv1”; each block and group needs a name of its own.",
    ),
    "fold twice": (
        folded('{"name": "b"}, {"name": "b"}'),
        "Two things are called “b”; each block and group needs a name of its own.",
    ),
    "fold within nothing": (
        folded('{"name": "b", "within": "c"}'),
        "“b” lies in a block or group that does not exist.",
    ),
    "fold within itself": (
        folded('{"name": "b", "within": "c"}, {"name": "c", "within": "b"}'),
        "“c” lies in a block or group that does not exist.",
    ),
    "folds too deep": (
        folded(",".join(f'{{"name": "f{n}", "within": "{f"f{n - 1}" if n else ""}"}}' for n in range(33))),
        "Expected at most 32 groups within each other, got one more with “f32”: take some of them out.",
    ),
    "unknown block type": (
        folded('{"name": "b", "block": {"type": "Residuals"}}'),
        "Block or group 1 (“b”): there is no type “Residuals” in this Backbone: did you mean “Residual”?",
    ),
    "layer for a block": (
        folded('{"name": "b", "block": {"type": "Conv2d"}}'),
        "Block or group 1 (“b”): there is no type “Conv2d” in this Backbone: "
        "open the project with a newer one.",
    ),
    "block out of range": (
        folded('{"name": "b", "block": {"type": "Residual", "stride": 9}}'),
        f"Block or group 1 (“b”), field “stride”: expected a whole number from 1 to 8, got 9: {MEND}",
    ),
    "block no block": (
        folded('{"name": "b", "block": "Residual"}'),
        f"Block or group 1 (“b”): expected fields in braces, got “Residual”: {MEND}",
    ),
    "unknown field of a fold": (
        folded('{"name": "b", "open": true}'),
        f"Block or group 1 (“b”): there is no field “open”: {MEND}",
    ),
    "node within nothing": (
        swapped('"inputs": ["conv1"]', '"inputs": ["conv1"], "fold": "b"'),
        "“tanh1” lies in a block or group that does not exist.",
    ),
    "node in a number": (
        swapped('"inputs": ["conv1"]', '"inputs": ["conv1"], "fold": 1'),
        f"Layer 3 (“tanh1”), field “fold”: expected a name of 1 to 64 printable characters, got 1: {MEND}",
    ),
    "a little frozen": (
        swapped('"inputs": ["conv1"]', '"inputs": ["conv1"], "frozen": 1'),
        f"Layer 3 (“tanh1”), field “frozen”: expected true or false, got 1: {MEND}",
    ),
    "nodes no list": (
        b'{"format": 1, "program": "Backbone", "network": {"nodes": {}}, "recipe": {}}',
        f"Field “network.nodes”: expected a list in brackets, got fields in braces: {MEND}",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_sentence(case):
    data, sentence = BAD[case]
    with pytest.raises(UserError) as error:
        project_from_json(data)
    assert str(error.value) == sentence


def test_too_many_layers_and_wires_are_refused():
    many = Project(Network(tuple(Node(f"relu{number}", ReLU()) for number in range(100_000))))
    with pytest.raises(
        UserError, match=r"^Expected at most 10000 layers, got 100000: open a smaller network\.$"
    ):
        project_from_json(project_to_json(many))
    wires = tuple(Node(f"concat{number}", Concat(), ("input",) * 500) for number in range(201))
    with pytest.raises(
        UserError, match=r"^Expected at most 100000 wires, got 100500: open a smaller network\.$"
    ):
        project_from_json(project_to_json(Project(Network((Node("input", Input()), *wires)))))


def test_too_many_blocks_and_groups_are_refused_before_anything_is_made_of_them(tmp_path, monkeypatch):
    many = Project(Network((), tuple(Fold(f"f{number}") for number in range(MOST_FOLDS + 1))))
    sentence = "Expected at most 5000 blocks and groups, got 5001: open a smaller network."
    path = tmp_path / "many.json"
    with pytest.raises(UserError) as error:
        write_project(many, path)
    assert str(error.value) == f"“{path}” was not saved. {sentence}"
    assert not path.exists()
    monkeypatch.setattr("networks.project.project._whole", None)
    monkeypatch.setattr("networks.project.file_problem.duplicate", None)
    with pytest.raises(UserError) as error:
        project_from_json(project_to_json(many))
    assert str(error.value) == sentence


def test_ten_thousand_layers_are_read():
    nodes = tuple(
        Node(f"relu{n}", ReLU(), (f"relu{n - 1}",)) if n else Node("relu0", ReLU()) for n in range(10_000)
    )
    project = Project(Network(nodes))
    assert project_from_json(project_to_json(project)) == project


def test_as_many_groups_as_are_allowed_are_read_as_deep_as_is_allowed():
    folds = tuple(
        Fold(f"f{n}", within="" if n % MOST_NESTED == 0 else f"f{n - 1}") for n in range(MOST_FOLDS)
    )
    nodes = tuple(Node(f"relu{n}", ReLU(), (), f"f{n}") for n in range(MOST_FOLDS))
    project = Project(Network(nodes, folds))
    assert project_from_json(project_to_json(project)) == project


# files on the disk


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as error:
        read_project(path)
    start = f"“{visible(str(path))}” was not opened. "
    assert str(error.value).startswith(start)
    return str(error.value).removeprefix(start)


def test_the_path_and_the_place_are_named(tmp_path):
    path = tmp_path / "lenet.json"
    path.write_bytes(BAD["out of range"][0])
    assert refusal(path) == BAD["out of range"][1]


def test_what_is_no_file_is_refused(tmp_path):
    missing = "There is no such file: it may have been moved, renamed or deleted."
    assert refusal(tmp_path / "none.json") == missing
    (tmp_path / "file").write_text("x")
    assert refusal(tmp_path / "file" / "in.json") == missing
    assert refusal(tmp_path) == "It is a folder: open a file in it."
    assert refusal(tmp_path / "a\0b") == "No file can have such a name: open another file."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names and pipes")
def test_pipes_and_undecodable_names_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "It is a device or a pipe: open a file."
    assert "no such file" in refusal(tmp_path / os.fsdecode(b"\xff.json"))
    os.symlink("loop", tmp_path / "loop")
    assert refusal(tmp_path / "loop").startswith("The system says: ")


def test_a_large_file_is_refused_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    monkeypatch.setattr("builtins.open", None)
    assert refusal(path) == (
        "It is too large for a project: expected at most 64 MB, got 65 MB; open another file."
    )


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are asked otherwise on Windows")
def test_a_file_that_may_not_be_read_is_refused():
    with tempfile.TemporaryDirectory() as folder, ordinary_user(folder):
        path = Path(folder) / "secret.json"
        path.write_bytes(SEED)
        path.chmod(0)
        assert refusal(path) == ("You have no permission to read it: ask its owner, or open another file.")


@contextlib.contextmanager
def ordinary_user(folder):
    """Root may read everything; in continuous integration tests often run as root."""
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


# older files

FORMAT_2 = (DATA / "project-format-2.json").read_bytes()
IN_FORMAT_2 = {
    "batch size": (
        '"batch_size": 32',
        '"batch_size": 0',
        f"Field “recipe.batch_size”: expected a whole number from 1 to 65536, got 0: {MEND}",
    ),
    "learning rate": (
        '"lr": 0.05',
        '"lr": 0',
        f"Field “recipe.optimizer.lr”: expected a number above 0, up to 1000, got 0: {MEND}",
    ),
    "unknown optimizer": (
        '"SGD"',
        '"SDG"',
        "Field “recipe.optimizer”: there is no type “SDG” in this Backbone: did you mean “SGD”?",
    ),
    "device": (
        '"cuda"',
        '"tpu"',
        f"Field “recipe.device”: expected “cpu”, “cuda”, “mps”, got “tpu”: {MEND}",
    ),
    "share": (
        '"validation": 0.25',
        '"validation": 1e400',
        f"Field “recipe.data.validation”: expected a number above 0 and below 1, got 1e400: {MEND}",
    ),
    "unknown field": ('"clip"', '"klip"', f"Field “recipe”: there is no field “klip”: {MEND}"),
    "unknown field of the data": (
        '"split_seed"',
        '"split"',
        f"Field “recipe.data”: there is no field “split”: {MEND}",
    ),
    "unknown field of the loss": (
        '"label_smoothing"',
        '"smoothing"',
        f"Field “recipe.loss”: there is no field “smoothing”: {MEND}",
    ),
    "no optimizer": (
        '"momentum": 0.9',
        '"momentum": []',
        f"Field “recipe.optimizer.momentum”: expected a number from 0 to below 1, got []: {MEND}",
    ),
    "section of a later format": (
        '"clip"',
        '"learning": {"epochs": 3}, "clip"',
        f"Field “recipe”: there is no field “learning”: {MEND}",
    ),
    "machine of a later format": (
        '"clip"',
        '"machine": 5, "clip"',
        f"Field “recipe”: there is no field “machine”: {MEND}",
    ),
    "data set of a later format": (
        '"split_seed"',
        '"dataset": {"type": "Digits"}, "split_seed"',
        f"Field “recipe.data”: there is no field “dataset”: {MEND}",
    ),
    "layer": (
        '"filters": 6',
        '"filters": 0',
        f"Layer 4 (“conv_4”), field “filters”: expected a whole number from 1 to 65536, got 0: {MEND}",
    ),
    "half a character": (
        '"cuda"',
        r'"cuda\ud800"',
        f"Line 153, column 20: expected a character, got half of one (“\\ud800”): {MEND}",
    ),
    "half a character in a name": (
        '"clip"',
        r'"clip\ud800"',
        f"Line 149, column 10: expected a character, got half of one (“\\ud800”): {MEND}",
    ),
    "cut off": (
        '"threads": 2\n  }\n}',
        "",
        "It ends in the middle, in line 153: the file was cut off; open another copy.",
    ),
}


@pytest.mark.parametrize(("old", "new", "sentence"), IN_FORMAT_2.values(), ids=IN_FORMAT_2)
def test_what_is_wrong_with_an_older_file_is_said_at_its_place_in_that_file(old, new, sentence):
    with pytest.raises(UserError) as error:
        project_from_json(swapped(old, new, FORMAT_2))
    assert str(error.value) == sentence


@pytest.mark.parametrize(("recipe", "place"), [("7", "recipe"), ('{"data": []}', "recipe.data")])
def test_an_older_recipe_that_is_none_is_refused_at_its_place(recipe, place):
    text = f'{{"format": 2, "program": "Backbone", "network": {{}}, "recipe": {recipe}}}'
    with pytest.raises(UserError, match=f"^Field “{place}”: expected fields in braces, got "):
        project_from_json(text.encode())


# whatever the bytes are


def loads_or_says_why(data: bytes) -> str:
    """Gives the template of the sentence, or "loaded"."""
    try:
        project = project_from_json(data)
    except UserError as error:
        sentence = str(error)
        assert sentence[-1] in ".?"
        assert len(sentence) < 400
        assert "msgspec" not in sentence
        assert all(sign.isprintable() or unicodedata.category(sign) == "Zs" for sign in sentence)
        return error.reason.text
    assert project_from_json(project_to_json(project)) == project
    return "loaded"


SEEDS = {"today's": SEED, "format 2": in_format(2, first_project())}


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS)
def test_no_damage_to_the_bytes_gets_through(seed):
    draw = random.Random(20240607)
    said = {loads_or_says_why(damaged(seed, draw)) for _ in range(2000)}
    assert len(said) >= 8
    assert "loaded" in said


def damaged(seed: bytes, draw: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(draw.choice((1, 1, 1, 2, 5))):
        at, other = draw.randrange(len(data)), draw.randrange(len(data))
        match draw.randrange(5):
            case 0:
                data[at] = draw.randrange(256)
            case 1:
                del data[at : at + draw.randrange(1, 20)]
            case 2:
                data.insert(at, draw.choice(b'0123456789-.eE"\\{}[],: \0ntu'))
            case 3:
                data[at:at] = data[other : other + draw.randrange(1, 40)]
            case 4:
                data[at] ^= 1 << draw.randrange(8)
    return bytes(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("x" * 999),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=500)
@given(st.data())
def test_no_json_in_a_wrong_place_gets_through(data):
    file = json.loads(data.draw(st.sampled_from([*SEEDS.values()])))
    containers = [file]
    for container in containers:
        entries = container.values() if isinstance(container, dict) else container
        containers += [entry for entry in entries if isinstance(entry, dict | list) and entry]
    container = data.draw(st.sampled_from(containers))
    keys = list(container) if isinstance(container, dict) else range(len(container))
    key = data.draw(st.sampled_from(keys))
    match data.draw(st.integers(0, 2)):
        case 0:
            container[key] = data.draw(JSON | st.sampled_from(containers[1:]).map(json.dumps).map(json.loads))
        case 1:
            del container[key]
        case 2 if isinstance(container, dict):
            container[data.draw(st.text(max_size=8))] = container.pop(key)
        case _:
            container.insert(0, container[key])
    loads_or_says_why(json.dumps(file).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(data):
    assert loads_or_says_why(data) != "loaded"


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_no_depth_gets_through(bracket):
    for place in ('"network": ', '"recipe": ', '"format": ', '"program": ', '"x": '):
        for depth in (1, 10, 100, 300, 900, 990, 1000, 1100, 5000, 1_000_000):
            text = '{"format": 1, "program": "Backbone", ' + place + bracket * depth
            assert loads_or_says_why(text.encode()) != "loaded"


WATCH = """
import sys
from pathlib import Path
from networks.core.message import UserError
from networks.project.project import read_project

files = sorted(Path(sys.argv[1]).iterdir())

def read(files):
    for file in files:
        try:
            read_project(file)
        except UserError:
            pass

# msgspec looks at our own declarations when it meets the first good and the first bad file
read(Path(sys.argv[1], name) for name in ("good.json", "range.json"))
seen = []

def watch(event, arguments):
    if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")):
        return
    if event.split(".")[0] in WATCHED:
        seen.append((event, str(arguments)[:200]))

WATCHED = set("exec compile import open os subprocess socket pickle ctypes marshal shutil".split())
sys.addaudithook(watch)
read(files)
print(len(files), seen)
"""


def test_reading_runs_nothing_and_writes_nothing(tmp_path):
    hostile = {
        "import.json": swapped('"Conv2d"', "\"__import__('os').system('id')\""),
        "dotted.json": swapped('"Adam"', '"torch.optim.Adam"'),
        "dunder.json": swapped('"threads"', '"__class__"'),
        "pickle.json": b"\x80\x04cposix\nsystem\n(S'id'\ntR.",
        "good.json": SEED,
        "range.json": BAD["out of range"][0],
    }
    for number, (data, _) in enumerate(BAD.values()):
        hostile[f"bad{number}.json"] = data
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name, data in hostile.items():
        (folder / name).write_bytes(data)
    command = [sys.executable, "-c", WATCH, str(folder)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=100, check=False)
    assert (done.stdout, done.stderr) == (f"{len(hostile)} []\n", "")


def test_the_number_of_the_format_is_written_first():
    assert SEED.startswith(f'{{\n  "format": {FORMAT},'.encode())
    assert FORMAT == 3, "a new format needs a golden file of its own, and the old ones stay readable"


def test_the_page_about_the_project_file_shows_the_number_of_the_format():
    text = (DATA.parents[1] / "docs" / "project-file.md").read_text(encoding="utf-8")
    assert text.count('"format": ') == text.count(f'"format": {FORMAT},') == 1
