"""Blocks by themselves: rows that are well formed, shapes and weights that torch has, torchvision's own."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from torch import fx, nn

from networks.blocks import BLOCKS, AnyBlock
from networks.blocks.base import Block, X
from networks.blocks.convolution import ConvBNReLU, VGGStage
from networks.blocks.inception import AuxiliaryClassifier, Inception
from networks.blocks.residual import Bottleneck, Residual
from networks.core.fields import changed, fields_of
from networks.data.vision import models
from networks.graph.check import check
from networks.graph.network import Fold, Network
from networks.layers import LAYERS
from networks.layers.base import Group
from networks.layers.merge import Add
from networks.module.build import build, evaluation
from tests.networks.graph.random_folds import CLASS_COUNT, around, blocks_of
from tests.networks.strategies import IMAGES, VECTORS

with torch.device("meta"):
    # `models.googlenet` is a function, which hides the module of this name
    _googlenet = models.GoogLeNet(init_weights=False)
BasicBlock, TheirBottleneck = models.resnet.BasicBlock, models.resnet.Bottleneck
TheirInception, InceptionAux = type(_googlenet.inception3a), type(_googlenet.aux1)

every_block = pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.__name__)


# -- every type, whatever is declared


@every_block
def test_rows_are_well_formed(kind):
    @given(blocks_of(kind), st.none() | IMAGES | VECTORS)
    def proof(block, x):
        nodes = block.nodes(x)
        known = {X}
        for node in nodes:
            assert node.name not in known
            assert set(node.inputs) <= known
            assert node.layer.fewest_inputs <= len(node.inputs) <= node.layer.most_inputs
            known.add(node.name)
        taken = {source for node in nodes for source in node.inputs}
        assert X in taken
        # the last one goes out, and nothing else does
        assert known - taken == {nodes[-1].name}
        assert nodes[-1].layer.ends == block.ends
        assert not any(node.layer.ends for node in nodes[:-1])
        assert around(block, (4, 8, 8) if x is None or len(x) < 3 else x)  # names that a network may have

    proof()


class _Shapes(fx.Interpreter):
    """What torch computes at every module."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.seen: dict[str, tuple[int, ...]] = {}

    def call_module(self, target, args, kwargs):
        result = super().call_module(target, args, kwargs)
        self.seen[target] = tuple(result.shape[1:])
        return result


@every_block
def test_check_agrees_with_torch(kind):
    fitted = []

    @settings(max_examples=60)
    @given(blocks_of(kind), IMAGES)
    def proof(block, x):
        network = around(block, x)
        report = check(network, CLASS_COUNT)
        if report.findings:
            return
        fitted.append(block)
        module = build(network, CLASS_COUNT).eval()
        shapes = _Shapes(module)
        with torch.no_grad():
            scores = shapes.run(torch.zeros(2, *x))
        assert len(scores if block.ends else (scores,)) == (2 if block.ends else 1)
        for name, shape in shapes.seen.items():
            assert report.nodes[name].output == shape
        for node in network.nodes:
            learned = [
                p.numel() for name, p in module.named_parameters() if name.rpartition(".")[0] == node.name
            ]
            assert sum(learned) == report.nodes[node.name].weights
        assert report.weights == sum(p.numel() for p in module.parameters())

    proof()
    assert len(fitted) >= 10


@every_block
def test_every_parameter_makes_a_difference(kind):
    for field in fields_of(kind):
        others = {
            "flag": lambda f: [not f.default],
            "choice": lambda f: list(f.choices),
            "whole": lambda f: [f.default + 1, f.default * 2],
            "real": lambda f: [f.default / 2],
        }[field.kind](field)
        looks = {str(changed(kind(), **{field.name: value}).nodes((3, 8, 8))) for value in others}
        assert len(looks | {str(kind().nodes((3, 8, 8)))}) > 1, field.name


@every_block
def test_landing_fits_where_it_lands(kind):
    @given(blocks_of(kind), IMAGES | VECTORS)
    def proof(block, x):
        landed = block.landing(x)
        assert type(landed) is kind
        assert changed(landed) == landed
        if len(x) < 3:
            assert landed == block

    @given(st.tuples(st.integers(1, 3000), st.integers(2, 9), st.integers(2, 9)))
    def palette(x):
        landed = kind().landing(x)
        assert changed(landed) == landed
        assert not check(around(landed, x), CLASS_COUNT).findings

    proof()
    palette()


def test_what_lands_takes_the_channels_of_the_wire():
    assert Residual().landing((96, 8, 8)) == Residual(96)
    assert Bottleneck().landing((512, 8, 8)) == Bottleneck(512, 128)
    assert ConvBNReLU().landing((96, 8, 8)) == ConvBNReLU(96)
    assert VGGStage().landing((128, 8, 8)) == VGGStage(256)
    assert VGGStage().landing((512, 8, 8)) == VGGStage(512)
    assert Inception().landing((192, 8, 8)) == Inception()
    # behind an Input channels are colours, and no measure of a width
    assert ConvBNReLU().landing((3, 8, 8)) == ConvBNReLU()
    assert VGGStage().landing((1, 8, 8)) == VGGStage()
    for shape in ((96, 8, 8), (512, 8, 8)):
        for block in (Residual(), Bottleneck()):
            assert not [node for node in block.landing(shape).nodes(shape) if "downsample" in node.name]


@every_block
def test_comes_back_from_json(kind):
    @settings(max_examples=25)
    @given(blocks_of(kind))
    def proof(block):
        written = msgspec.json.encode(block)
        read = msgspec.json.decode(written, type=AnyBlock)
        assert read == block
        assert type(read) is kind
        assert hash(read) == hash(block)

    proof()


@every_block
def test_a_file_with_unknown_parameters_or_types_is_refused_with_the_place(kind):
    plain = msgspec.to_builtins(Network((), (Fold("b", kind()),)))
    assert msgspec.convert(plain, Network).folds[0].block == kind()
    block = plain["folds"][0]["block"]
    for change, said in (
        ({"evil": 1}, "unknown field `evil`"),
        ({"type": "Block"}, "Invalid value"),
        ({"type": "os.system"}, "Invalid value"),
    ):
        plain["folds"][0]["block"] = block | change
        with pytest.raises(msgspec.ValidationError, match=rf"{said}.*\$\.folds\[0\]\.block"):
            msgspec.convert(plain, Network)


@every_block
def test_bounds_are_kept_and_the_ends_of_every_parameter_answer(kind):
    for field in fields_of(kind):
        if field.kind == "whole":
            for value in (field.low - 1, field.high + 1, 2.5, True, "many"):
                with pytest.raises(msgspec.ValidationError, match=field.name):
                    changed(kind(), **{field.name: value})
            for value in (int(field.low), int(field.high)):
                block = changed(kind(), **{field.name: value})
                report = check(around(block, (4, 8, 8)), CLASS_COUNT)
                for problem in (finding.sentence for finding in report.findings):
                    assert str(problem).startswith("Expected ")


@every_block
def test_texts(kind):
    texts = [kind.help(), kind.__doc__.strip().split("\n")[0], *(field.help for field in fields_of(kind))]
    titles = [kind.name(), *(field.title for field in fields_of(kind))]
    assert all(texts)
    assert all(titles)
    assert kind.__doc__ is not Block.__doc__
    for text in texts:
        assert text.endswith("."), text
        assert text[0].isupper() or text[0].isdigit(), text
    for text in texts + titles:
        assert "  " not in text
        assert text == text.strip()
    for title in titles:
        assert not title.endswith(".")
    assert len(titles) == len(set(titles))
    assert kind.keywords
    assert kind.keywords == kind.keywords.lower()
    assert kind.group is Group.BLOCKS
    # what it is from: authors and year, and the place in the paper
    assert "20" in kind.__doc__
    assert any(word in kind.__doc__ for word in ("figure", "section", "table"))


def test_names_on_the_palette_are_unique():
    everything = (*LAYERS, *BLOCKS)
    assert len({kind.name() for kind in everything}) == len(everything)
    assert len({kind.help() for kind in everything}) == len(everything)
    assert len({kind.__name__ for kind in everything}) == len(everything)
    assert len({kind.stem for kind in BLOCKS}) == len(BLOCKS)
    assert {kind.__name__ for kind in BLOCKS} == {
        "Residual", "Bottleneck", "Inception", "AuxiliaryClassifier", "ConvBNReLU", "VGGStage",
    }  # fmt: skip


@every_block
def test_the_summary_tells_its_widths(kind):
    @given(blocks_of(kind), st.none() | IMAGES)
    def proof(block, x):
        summary = block.summary(x)
        assert summary
        assert summary == summary.strip()
        assert len(summary) < 60

    proof()


# -- the blocks of the papers, as torchvision has them


def drawn(module):
    """Weights and statistics as if it had been trained, so that no mistake hides in ones."""
    torch.manual_seed(1)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5) if tensor.dim() == 1 else tensor.normal_(std=0.3)
    return module


def assert_equals_torchvisions(block, x, theirs):
    network = around(block, x)
    ours = build(network, CLASS_COUNT)
    keys = {
        name.removeprefix("b."): tensor for name, tensor in ours.state_dict().items() if name.startswith("b.")
    }
    state = drawn(theirs).state_dict()
    assert list(keys) == list(state)
    assert {name: tensor.shape for name, tensor in keys.items()} == {n: t.shape for n, t in state.items()}
    ours.get_submodule("b").load_state_dict(state)
    scores = next(node for node in ours.graph.nodes if node.op == "output").args[0]
    flattened = next(node for node in ours.graph.nodes if node.target == "flatten")
    graph = fx.Graph()
    copies = {}
    graph.graph_copy(ours.graph, copies)
    graph.output(copies[scores[1] if block.ends else flattened.args[0]])
    inner = fx.GraphModule(ours, graph)
    images = torch.randn(2, *x, generator=torch.Generator().manual_seed(2))
    for training in (True, False):
        torch.manual_seed(3)
        expected = theirs.train(training)(images)
        torch.manual_seed(3)
        assert torch.equal(inner.train(training)(images), expected)


def projection(channels, filters, stride):
    if stride == 1 and channels == filters:
        return None
    return nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))


few = st.sampled_from([4, 8, 12])
residual_settings = settings(max_examples=15)


@residual_settings
@given(few, few, st.sampled_from([1, 2]))
def test_a_residual_block_is_torchvisions_basic_block(channels, filters, stride):
    theirs = BasicBlock(channels, filters, stride, projection(channels, filters, stride))
    assert_equals_torchvisions(Residual(filters, stride), (channels, 6, 6), theirs)


@residual_settings
@given(few, few, st.sampled_from([1, 2]), st.sampled_from([1, 2]), st.sampled_from([32, 64, 128]))
def test_a_bottleneck_is_torchvisions(channels, planes, stride, groups, base_width):
    filters, width = 4 * planes, int(planes * base_width / 64) * groups
    shortcut = projection(channels, filters, stride)
    theirs = TheirBottleneck(channels, planes, stride, shortcut, groups, base_width)
    assert_equals_torchvisions(Bottleneck(filters, width, groups, stride), (channels, 6, 6), theirs)


@residual_settings
@given(few, st.tuples(*[st.integers(1, 6)] * 6))
def test_an_inception_block_with_small_kernel_is_torchvisions(channels, widths):
    theirs = TheirInception(channels, *widths)
    assert_equals_torchvisions(Inception(*widths, kernel=3), (channels, 6, 6), theirs)


@settings(max_examples=3)
@given(few)
def test_an_auxiliary_classifier_is_torchvisions(channels):
    assert_equals_torchvisions(
        AuxiliaryClassifier(), (channels, 6, 6), InceptionAux(channels, CLASS_COUNT, dropout=0.7)
    )


def test_an_inception_names_its_widths_as_table_1_does():
    titles = [field.title for field in fields_of(Inception)][:6]
    assert titles == ["#1×1", "#3×3 reduce", "#3×3", "#5×5 reduce", "#5×5", "pool proj"]
    # table 1, inception (3a), as the block comes from the palette: 28×28×256 from 192 channels
    report = check(around(Inception(), (192, 28, 28)), CLASS_COUNT)
    assert report.nodes["b.concat"].output == (256, 28, 28)
    branches = {name: row.output[0] for name, row in report.nodes.items() if name.endswith(".conv")}
    assert branches == {
        "b.branch1.conv": 64,
        "b.branch2.0.conv": 96,
        "b.branch2.1.conv": 128,
        "b.branch3.0.conv": 16,
        "b.branch3.1.conv": 32,
        "b.branch4.1.conv": 32,
    }
    plain = check(around(Inception(normalize=False), (192, 28, 28)), CLASS_COUNT)
    ones = 192 * (64 + 96 + 16 + 32)
    biases = 64 + 96 + 128 + 16 + 32 + 32
    weights = sum(row.weights for name, row in plain.nodes.items() if name.startswith("b."))
    assert weights == ones + 96 * 128 * 9 + 16 * 32 * 25 + biases


# -- shortcuts


@pytest.mark.parametrize("make", [Residual, partial(Bottleneck, width=4)], ids=["Residual", "Bottleneck"])
@pytest.mark.parametrize("kind", ["convolution", "padding"])
def test_the_shortcut_becomes_a_projection_where_the_shape_changes_and_the_card_says_so(make, kind):
    for channels, filters, stride in ((4, 4, 1), (4, 8, 1), (8, 4, 1), (4, 4, 2), (4, 8, 2), (8, 4, 2)):
        block = make(filters=filters, stride=stride, projection=kind)
        x = (channels, 7, 7)
        layers = {node.name: node.layer for node in block.nodes(x)}
        changes = channels != filters or stride > 1
        assert changes == any(name.startswith(("downsample", "skip", "pad")) for name in layers)
        # what cannot be padded away is convolved
        assert ("downsample.0" in layers) == (changes and (kind == "convolution" or filters < channels))
        assert not check(around(block, x), CLASS_COUNT).findings
        said = block.summary(x)
        assert (("proj" in said) or ("pad" in said)) == changes
        assert ("proj" in said) == ("downsample.0" in layers)
        plain = replace(block, shortcut=False)
        assert not any(isinstance(node.layer, Add) for node in plain.nodes(x))
        assert plain.nodes(x) == plain.nodes(None)
        assert "plain" in plain.summary(x)
        assert not check(around(plain, x), CLASS_COUNT).findings


def test_what_a_narrow_card_cuts_first_comes_last():
    said = Bottleneck(filters=1024, width=512, groups=32, stride=2).summary((512, 28, 28))
    assert said == "512 → 1024 /2 · proj · 32\N{NO-BREAK SPACE}groups"
    assert Bottleneck(filters=1024, width=256, stride=2).summary((512, 28, 28)) == "1024 /2 · proj"


@given(IMAGES, st.sampled_from([1, 2, 3]))
def test_padding_skips_pixels_and_adds_zero_channels(x, stride):
    """He et al. 2015, option A: `x[:, :, ::stride, ::stride]` and zeros behind."""
    filters = x[0] + 3
    network = around(Residual(filters, stride, True, "padding"), x)
    module = build(network, CLASS_COUNT)
    assert not [name for name in module.state_dict() if "downsample" in name]
    images = torch.randn(2, *x)
    passed = images
    for node in module.graph.nodes:
        if node.op == "call_module" and node.target == "b.skip":
            passed = module.get_submodule("b.skip")(images)
    assert torch.equal(passed, images[:, :, ::stride, ::stride])
    with torch.no_grad():
        for name in ("b.bn2.weight", "b.bn2.bias"):
            module.get_parameter(name).zero_()
        seen = {}
        module.get_submodule("flatten").register_forward_hook(lambda m, a, out: seen.update(x=a[0]))
        module.eval()(images)
    zeros = passed.new_zeros(2, 3, *passed.shape[2:])
    assert torch.equal(seen["x"], torch.cat((passed, zeros), 1).relu())


def test_evaluation_leaves_an_auxiliary_classifier_out():
    module = build(around(AuxiliaryClassifier(2, 4), (3, 6, 6)), CLASS_COUNT)
    images = torch.randn(2, 3, 6, 6)
    main, scores = module.eval()(images)
    assert scores.shape == main.shape
    assert torch.equal(evaluation(module)(images), main)
