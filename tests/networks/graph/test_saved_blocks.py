"""“My blocks”: what is saved comes back; a file that cannot be read is reported and left as it is."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from networks.blocks.residual import Residual
from networks.core.message import UserError
from networks.graph.network import MOST_NESTED, Fold, Network, Node
from networks.graph.saved_blocks import (
    MOST_FOLDS,
    MOST_LAYERS,
    SavedBlock,
    read_blocks,
    saved_block,
    saved_from_json,
    saved_to_json,
    write_blocks,
)
from networks.layers.linear import Identity
from networks.layers.rectifiers import ReLU
from tests.networks.graph.random_folds import folded_networks, folds_in, stack

KEPT = saved_block(stack(Residual(4)), "b1")


@settings(max_examples=60)
@given(st.data())
def test_what_is_kept_comes_back(data):
    network = data.draw(folded_networks())
    assume(network.folds)
    try:
        kept = saved_block(network, data.draw(folds_in(network)))
    except UserError:
        return  # several nodes feed it, or none
    assert saved_from_json(saved_to_json(kept)) == kept


def test_a_file_of_blocks_comes_back(tmp_path):
    path = tmp_path / "my-blocks.json"
    assert read_blocks(path) == ()
    other = saved_block(stack(Residual(8, 2), Residual(4)), "b2")
    write_blocks((KEPT, other), path)
    assert read_blocks(path) == (KEPT, other)


def group(layers: int, folds: int) -> tuple[Network, str]:
    """A group of so many layers in series, the first an Identity, with so many folds in all."""
    nodes = [Node("x", Identity(), (), "group")]
    nodes += (Node(f"n{n}", ReLU(), (f"n{n - 1}" if n else "x",), "group") for n in range(layers - 1))
    inner = (Fold(f"f{number}", None, "group") for number in range(folds - 1))
    return Network(tuple(nodes), (Fold("group"), *inner)), "group"


def test_a_block_is_as_large_as_is_allowed_and_no_larger():
    network, name = group(MOST_LAYERS, MOST_FOLDS)
    assert saved_from_json(saved_to_json(SavedBlock(name, network))).network == network
    for layers, folds in ((MOST_LAYERS + 1, 1), (1, MOST_FOLDS + 1)):
        network, name = group(layers, folds)
        sentence = (
            "Expected a group of at most 5000 layers with 5000 groups among them, "
            f"got {layers} with {folds}: choose a smaller one."
        )
        with pytest.raises(UserError) as error:
            SavedBlock(name, network)
        assert str(error.value) == sentence
        data = msgspec.json.encode({"name": name, "network": network})
        with pytest.raises(UserError) as error:
            saved_from_json(data)
        assert str(error.value) == sentence


def test_a_block_deeper_than_is_allowed_is_none():
    block = json.loads(saved_to_json(KEPT))
    folds = block["network"]["folds"]
    folds += [{"name": f"f{n}", "within": f"f{n - 1}" if n else "b1"} for n in range(MOST_NESTED)]
    with pytest.raises(UserError, match="groups within each other"):
        saved_from_json(json.dumps(block).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{}",
        b"[" * 100_000,
        b'[{"name": "a", "network": {}}]',
        b'[{"name": "a", "network": {"nodes": [{"name": "x", "layer": {"type": "Identity"}}]}}]',
        saved_to_json(KEPT),
        b"[" + saved_to_json(KEPT).replace(b'"Conv2d"', b'"Conv9d"') + b"]",
        b"[" + saved_to_json(KEPT).replace(b'"name":"b1"', b'"name":"b1","format":3') + b"]",
    ],
)
def test_a_file_that_holds_no_blocks_is_refused_in_words_and_stays(tmp_path, content):
    path = tmp_path / "my-blocks.json"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_blocks(path)
    assert str(error.value).startswith("Your saved blocks could not be read: ")
    assert str(error.value).endswith(
        " Use the newer Backbone that my-blocks.json may come from, or move the file away."
    )
    assert path.read_bytes() == content
