"""torchvision is the judge: every convolutional network that it has, imported, is the same network.

And so is its printed source. A model is brought once for all that is asked of it, since that takes seconds.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch

from networks.core.message import UserError
from networks.data.vision import models
from networks.graph.check import check
from networks.graph.folds import settled
from networks.graph.network import Network
from networks.importing import from_torchvision
from networks.importing.from_torchvision import structure, torchvision_network
from networks.importing.importer import imported
from networks.layers.ends import NORMALIZATIONS, AuxiliaryOutput, Input
from networks.presets.catalog import families
from networks.presets.torchvision_models import MODELS
from networks.project.project import Project, project_from_json, project_to_json
from tests.networks.importing.judged import QUICK_ONES, assert_alike, built, filled, shapes
from tests.networks.source.fresh_interpreter import FreshInterpreter

every_model = pytest.mark.parametrize("name", MODELS)

NOT_CONVOLUTIONAL = ("vit_", "swin_", "maxvit_")
SIZES = {"inception_v3": 299, "efficientnet_v2_m": 48, "efficientnet_v2_l": 48}
"""Where the images must be larger for some layer, or may be smaller to save time."""


LARGE = {
    "convnext_base", "convnext_large", "efficientnet_b7", "efficientnet_v2_m", "efficientnet_v2_l",
    "regnet_x_32gf", "regnet_y_16gf", "regnet_y_32gf", "regnet_y_128gf", "resnext101_32x8d",
    "resnext101_64x4d", "vgg11", "vgg13", "vgg13_bn", "vgg16", "vgg19", "vgg19_bn", "wide_resnet101_2",
}  # fmt: skip


def test_the_list_is_all_that_is_convolutional():
    theirs = {n for n in models.list_models(module=models) if not n.startswith(NOT_CONVOLUTIONAL)}
    assert theirs == set(MODELS)
    assert len({model.title for model in MODELS.values()}) == len(MODELS)


@every_model
def test_size_and_scale_are_those_of_the_published_weights(name):
    published = [weights.transforms.keywords for weights in models.get_model_weights(name)]
    assert MODELS[name].size in [options["crop_size"] for options in published]
    first = next(iter(models.get_model_weights(name))).transforms()
    expected = NORMALIZATIONS["imagenet"]
    if name not in ("googlenet", "inception_v3"):  # which bring the images to another scale themselves
        expected = NORMALIZATIONS[MODELS[name].normalize]
    assert (tuple(first.mean), tuple(first.std)) == expected


class Brought(NamedTuple):
    """A model as the program brings it, and what happened meanwhile."""

    name: str
    network: Network
    theirs: torch.nn.Module
    drew: bool
    """Whether it drew random numbers."""


@pytest.fixture(
    scope="module", params=[n if n in QUICK_ONES else pytest.param(n, marks=pytest.mark.slow) for n in MODELS]
)
def brought(request):
    """Each model once; the quick ones at once, all others for the heavy tests."""
    made = []

    def built_here(name):
        made.append(structure(name))
        return made[-1]

    before = torch.get_rng_state()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_torchvision, "structure", built_here)
        # an earlier test may have kept the network
        from_torchvision._proved.cache_clear()
        network = torchvision_network(request.param)
    (theirs,) = made
    return Brought(request.param, network, theirs, not torch.equal(torch.get_rng_state(), before))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    interpreter = FreshInterpreter(tmp_path_factory.mktemp("fresh"))
    yield interpreter
    interpreter.close()


def test_a_run_that_trains_meanwhile_notices_nothing(brought):
    """No random number is drawn that its batches would miss, and what is built takes next to no memory."""
    assert not brought.drew
    real = [tensor for tensor in brought.theirs.state_dict().values() if not tensor.is_meta]
    assert sum(tensor.nbytes for tensor in real) < 3e6


def test_every_model_loads_at_its_size_on_any_data(brought):
    (images,) = brought.network.of_type(Input)
    assert images.layer.size == (MODELS[brought.name].size,) * 2
    for classes in (2, 10):
        report = check(brought.network, classes)
        assert report.trainable
        assert report.nodes["output"].output == (classes,)


def test_every_model_is_the_same_network(brought):
    """Keys, shapes, and to the last bit what is computed in evaluation and in training."""
    torch.set_num_threads(1)
    theirs, network = structure(brought.name), brought.network
    size = SIZES.get(brought.name, 32 if brought.name in LARGE else 64)
    weights = filled(theirs)
    theirs.load_state_dict(weights, assign=True)
    ours = built(network, 1000, weights)
    assert shapes(ours) == shapes(theirs)
    images = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(2))
    assert torch.isfinite(assert_alike(theirs, ours, images)).all()
    assert_well_folded(network)
    assert project_from_json(project_to_json(Project(network))).network == network


KEYS_ALONE = {"regnet_y_128gf", *(name for name in MODELS if name.startswith("vgg"))}
"""Of their source: one with 645 million weights, and the VGGs, which are tested among the presets."""


def test_the_source_of_every_model_computes_what_the_built_module_does(fresh, brought):
    if brought.name in KEYS_ALONE:
        fresh.judge_keys(brought.network, 1000, brought.name)
        return
    side = None if brought.name == "inception_v3" else 48 if brought.name in LARGE else 64
    fresh.judge(brought.network, 1000, brought.name, side)


def assert_well_folded(network: Network) -> None:
    """Whoever knows the module finds its paths on the cards, and settling changes nothing."""
    assert settled(network, 10) == network
    for fold in network.folds:
        assert len(network.folded[fold.name]) > 1
        assert all(inside.startswith(fold.name + ".") for inside in network.folded[fold.name])
        assert not fold.within or fold.name.startswith(fold.within + ".")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ResNet-18", 8),
        ("GoogLeNet", 11),
        *(pytest.param(name, 16, marks=pytest.mark.slow) for name in ("ResNet-50", "ResNeXt-50 32×4d")),
    ],
)
def test_blocks_are_recognized_as_the_presets_have_them(name, count):
    preset = next(p for presets in families().values() for p in presets if p.name == name)
    ours, found = preset.network(), torchvision_network(preset.torchvision)
    blocks = [fold for fold in found.folds if fold.block is not None]
    assert len(blocks) == count
    for fold in blocks:
        assert fold.block == ours.by_fold[fold.name].block
        assert found.folded[fold.name] == ours.folded[fold.name]


@pytest.mark.parametrize(
    ("name", "weight", "count"),
    [("googlenet", 0.3, 2), pytest.param("inception_v3", 0.4, 1, marks=pytest.mark.slow)],
)
def test_auxiliary_classifiers_come_along(name, weight, count):
    nodes = torchvision_network(name).of_type(AuxiliaryOutput)
    assert [node.layer.weight for node in nodes] == [weight] * count


@pytest.mark.parametrize(
    ("name", "culprit", "what"),
    [
        ("vit_b_16", "encoder.layers.encoder_layer_0.self_attention", "MultiheadAttention"),
        ("swin_t", "features.1.0.attn", "relative_position"),
        ("swin_v2_t", "features.1.0.attn", "something else"),
        ("maxvit_t", "window_attention", "axes"),
    ],
)
def test_attention_is_refused_in_one_sentence(name, culprit, what):
    with torch.device("meta"):
        module = models.get_model(name, weights=None)
    with pytest.raises(UserError) as refused:
        imported(module)
    sentence = str(refused.value)
    assert culprit in sentence
    assert what in sentence
    assert "cannot be shown layer by layer" in sentence
    assert "\n" not in sentence


def test_a_name_that_is_not_on_the_list_is_never_built():
    for name in ("vit_b_16", "__init__", ""):
        with pytest.raises(UserError, match="resnet50"):
            torchvision_network(name)
