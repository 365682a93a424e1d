"""Fragments: what is copied and pasted is a likeness under new names, and loses no wire."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from networks.graph import edits, fragments
from networks.graph.network import Network, Node
from networks.layers.activation import Tanh
from networks.layers.rectifiers import ReLU
from tests.networks.graph.random_edits import names, networks, small, some_names


def alike(part: Network, whole: Network, new: tuple[str, ...]) -> bool:
    """Whether the new nodes are the fragment under other names, apart from wires from outside."""
    kept = part.nodes[len(part.nodes) - len(new) :]
    names = dict(zip((node.name for node in kept), new, strict=True))
    return all(
        whole[names[node.name]].layer == node.layer
        and [source for source in whole[names[node.name]].inputs if source in new]
        == [names[source] for source in node.inputs if source in names]
        for node in kept
    )


@settings(max_examples=40)
@given(st.data())
def test_duplicate_and_paste_add_a_likeness_under_new_names(data):
    network = data.draw(networks().filter(lambda network: network.nodes))
    chosen = data.draw(some_names(network))
    part = fragments.fragment(network, chosen)
    entry = 1 if fragments.has_stand_in(part) else 0
    assert [node.name for node in part.nodes[entry:]] == [n.name for n in network.nodes if n.name in chosen]
    for later, new in (
        fragments.duplicate(network, chosen),
        fragments.paste(network, part, data.draw(st.none() | names(network))),
    ):
        # the Identity that stands for the node in front goes when it is pasted behind one
        assert len(new) - len(chosen) in (0, entry)
        assert not set(new) & set(network.by_name)
        assert set(later.by_name) == set(network.by_name) | set(new)
        assert alike(part, later, new)
        assert edits.remove(later, new) == network


def test_a_part_with_a_skip_is_pasted_with_both_of_its_wires():
    part = fragments.fragment(small(), {"conv2", "add1"})
    assert fragments.has_stand_in(part)
    later, new = fragments.paste(small(), part, "flatten1")
    assert new == ("conv3", "add2")
    assert later["conv3"].inputs == ("flatten1",)
    assert later["add2"].inputs == ("flatten1", "conv3")
    assert later["fc1"].inputs == ("add2",)
    later, new = fragments.paste(small(), part)
    assert [later[name].inputs for name in new] == [(), ("identity1",), ("identity1", "conv3")]
    # wires from two nodes are two inputs, and nothing tells which one is meant
    assert not fragments.has_stand_in(fragments.fragment(small(), {"add1"}))


def test_a_chain_is_pasted_in_series_and_loose_layers_stay_loose():
    chain = Network((Node("conv1", ReLU()), Node("relu1", Tanh(), ("conv1",))))
    later, (first, last) = fragments.paste(small(), chain, "relu1")
    assert later[first].inputs == ("relu1",)
    assert later["conv2"].inputs == (last,)
    assert later["add1"].inputs == (last, "conv2")
    loose = Network((Node("a", ReLU()), Node("b", Tanh())))
    later, new = fragments.paste(small(), loose, "relu1")
    assert [later[name].inputs for name in new] == [(), ()]
    later, (first, last) = fragments.paste(small(), chain, "output")
    assert later["output"].inputs == (last,)
    assert later[first].inputs == ("fc1",)
