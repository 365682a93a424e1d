"""Random networks for hypothesis: small ones, and what sequences of random edits make of them."""

from __future__ import annotations

from hypothesis import strategies as st

from networks.core.message import UserError
from networks.graph import edits, fragments
from networks.graph.network import Network, Node
from networks.layers import LAYERS
from networks.layers.activation import Tanh
from networks.layers.base import Layer
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input, Output
from networks.layers.linear import CLASSES, Flatten, Identity, Linear
from networks.layers.merge import Add
from networks.layers.rectifiers import ReLU
from networks.presets.lenet import lenet5
from tests.networks.strategies import layers

CLASS_COUNT = 3


def small() -> Network:
    """Fits and trains: a convolution with a skip past it, and a Linear."""
    return Network(
        (
            Node("input", Input(size=(6, 6))),
            Node("conv1", Conv2d(filters=4), ("input",)),
            Node("relu1", ReLU(), ("conv1",)),
            Node("conv2", Conv2d(filters=4), ("relu1",)),
            Node("add1", Add(), ("relu1", "conv2")),
            Node("flatten1", Flatten(), ("add1",)),
            Node("fc1", Linear(features=CLASSES), ("flatten1",)),
            Node("output", Output(), ("fc1",)),
        )
    )


PARTS = (
    Network((Node("conv1", Conv2d(filters=4)), Node("relu1", ReLU(), ("conv1",)))),
    Network((Node("a", Identity()), Node("b", ReLU(), ("a",)), Node("c", Add(), ("a", "b")))),
    Network((Node("x", ReLU()), Node("y", Tanh()))),
    Network(),
)
"""What a clipboard may hold: a chain, one with a branch, loose layers, nothing."""

STARTS = (small(), lenet5(), Network())


def names(network: Network) -> st.SearchStrategy[str]:
    """One of the network's names."""
    return st.sampled_from([node.name for node in network.nodes])


def some_names(network: Network) -> st.SearchStrategy[set[str]]:
    """A few of the network's names."""
    return st.sets(names(network), max_size=5)


# Input and Output are drawn rarely, or nearly every random network would have too many of them
_TYPES = [kind for kind in LAYERS if kind not in (Input, Output)] * 2 + [Input, Output]


@st.composite
def any_layer(draw: st.DrawFn) -> Layer:
    """A layer of any type; half of them with default parameters."""
    kind = draw(st.sampled_from(_TYPES))
    return kind() if draw(st.booleans()) else draw(layers(kind))


def _place(draw: st.DrawFn, network: Network) -> Network:
    return edits.place(network, draw(any_layer()))[0]


def _insert(draw: st.DrawFn, network: Network) -> Network:
    return edits.insert(network, draw(any_layer()), draw(st.sampled_from(network.wires)))[0]


def _add_after(draw: st.DrawFn, network: Network) -> Network:
    return edits.add_after(network, draw(any_layer()), draw(names(network)))[0]


def _append(draw: st.DrawFn, network: Network) -> Network:
    return edits.append(network, draw(any_layer()))[0]


def _remove(draw: st.DrawFn, network: Network) -> Network:
    return edits.remove(network, draw(some_names(network)))


def _connect(draw: st.DrawFn, network: Network) -> Network:
    index = draw(st.none() | st.integers(0, 3))
    return edits.connect(network, draw(names(network)), draw(names(network)), index)


def _disconnect(draw: st.DrawFn, network: Network) -> Network:
    return edits.disconnect(network, draw(st.sets(st.sampled_from(network.wires), max_size=3)))


def _duplicate(draw: st.DrawFn, network: Network) -> Network:
    return fragments.duplicate(network, draw(some_names(network)))[0]


def _paste(draw: st.DrawFn, network: Network) -> Network:
    part = draw(st.sampled_from([fragments.fragment(network, draw(some_names(network))), *PARTS]))
    return fragments.paste(network, part, draw(st.none() | names(network)))[0]


def _rename(draw: st.DrawFn, network: Network) -> Network:
    return edits.rename(
        network, draw(names(network)), draw(st.from_regex("[A-Za-z0-9_]{1,3}", fullmatch=True))
    )


def _set_layers(draw: st.DrawFn, network: Network) -> Network:
    return edits.set_layers(network, {name: draw(any_layer()) for name in draw(some_names(network))})


ANYWHERE = (_place, _append)
WITH_NODES = (_add_after, _remove, _connect, _duplicate, _paste, _rename, _set_layers)
WITH_WIRES = (_insert, _disconnect)


@st.composite
def edited(draw: st.DrawFn, network: Network) -> Network:
    """The network after one random edit; unchanged where it is refused."""
    possible = [*ANYWHERE, *(WITH_NODES if network.nodes else ()), *(WITH_WIRES if network.wires else ())]
    edit = draw(st.sampled_from(possible))
    try:
        return edit(draw, network)
    except UserError:
        return network


@st.composite
def networks(draw: st.DrawFn, most_edits: int = 6) -> Network:
    """A network after some random edits."""
    network = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.integers(0, most_edits))):
        network = draw(edited(network))
    return network
