"""A run that starts from published weights gives what torchvision's module with these weights gives."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from networks.core.message import UserError
from networks.data.vision import models
from networks.doctor.findings import findings
from networks.graph.edits import set_layers
from networks.layers.ends import Input
from networks.layers.linear import Linear
from networks.module.build import build, evaluation
from networks.presets.catalog import PRESETS
from networks.project.fine_tuning import fine_tuning, with_published
from networks.project.project import Project, first_project, project_from_json, project_to_json
from networks.recipes.published import BY_NAME
from networks.recipes.recipe import Recipe, with_settings
from networks.runs.events import Started, Stepped
from networks.training.engine.run import Run
from networks.training.setup.first_weights import Fit, fit, foretell, start_from

RESNET = BY_NAME["ResNet18_Weights.IMAGENET1K_V1"]
GOOGLENET = BY_NAME["GoogLeNet_Weights.IMAGENET1K_V1"]
IMAGES = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(3))


def preset(builder):
    return next(preset for preset in PRESETS if preset.torchvision == builder).network()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


def keep(weights, state):
    """Writes a state dict to where the published file would be."""
    weights.path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, weights.path)


@pytest.fixture(scope="module")
def resnet():
    """torchvision's module, with random statistics, so that nothing is equal by chance."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        module = models.resnet18(weights=None)
        for name, buffer in module.named_buffers():
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 2.0)
    return module.eval()


def small_images(project):
    """The same at 64×64, which trains quickly."""
    layer = replace(project.network["input"].layer, size=(64, 64))
    return Project(set_layers(project.network, {"input": layer}), project.recipe)


def started(network, weights, **recipe):
    options = {"batch_size": 8, "threads": 1} | recipe
    return small_images(with_published(Project(network, with_settings(Recipe(), **options)), weights))


def test_with_the_classes_of_the_file_the_logits_are_torchvisions(resnet):
    keep(RESNET, resnet.state_dict())
    network = set_layers(preset("resnet18"), {"fc": Linear(features=1000)})
    module = build(network, 1000)
    fitting = start_from(module, RESNET)
    assert fitting.random == ()
    with torch.inference_mode():
        assert torch.equal(module.eval()(IMAGES), resnet(IMAGES))
    assert str(fitting.sentence("ResNet-18")) == "All 41 layers with weights start from those of “ResNet-18”."


def test_a_run_on_ten_classes_starts_from_all_but_the_last_layer(resnet):
    keep(RESNET, resnet.state_dict())
    project = started(preset("resnet18"), RESNET)
    run = Run(project)
    features, theirs = run.module.get_submodule("avgpool"), []
    features.register_forward_hook(lambda *hooked: theirs.append(hooked[2]))
    hook = resnet.avgpool.register_forward_hook(lambda *hooked: theirs.append(hooked[2].flatten(1)))
    with torch.inference_mode():
        run.module.eval()(IMAGES.contiguous(memory_format=torch.channels_last))
        resnet(IMAGES)
    hook.remove()
    assert torch.allclose(*theirs, rtol=1e-4, atol=1e-5)
    random = Run(replace(project, recipe=with_settings(project.recipe, start="random")))
    assert torch.equal(run.weights()["fc.weight"], random.weights()["fc.weight"])
    first = next(run.train())
    assert isinstance(first, Started)
    assert str(first.note) == ("40 of 41 layers with weights start from those of “ResNet-18”; at random: fc.")
    assert next(random.train()).note is None
    assert foretell(project, RESNET) == Fit(fitted(run), ("fc",))


def fitted(run):
    names = dict.fromkeys(key.rpartition(".")[0] for key in run.weights())
    return tuple(name for name in names if name != "fc")


def test_fine_tuning_trains_the_last_layer_and_nothing_else(resnet):
    keep(RESNET, resnet.state_dict())
    project = started(preset("resnet18"), RESNET)
    run = Run(replace(project, network=fine_tuning(project.network)))
    next(event for event in run.train() if isinstance(event, Stepped))
    weights = run.weights()
    changed = {key for key, tensor in resnet.state_dict().items() if not torch.equal(weights[key], tensor)}
    assert changed == {"fc.weight", "fc.bias"}


def test_the_scale_is_part_of_what_is_equal():
    """From pixels to logits: GoogLeNet's weights want another scale than that of torchvision's images."""
    with torch.random.fork_rng():
        torch.manual_seed(6)
        published = models.googlenet(weights=None, aux_logits=True, transform_input=True, init_weights=False)
    keep(GOOGLENET, published.state_dict())
    network = set_layers(
        preset("googlenet"),
        {name: Linear(features=1000) for name in ("fc", "aux1.fc2", "aux2.fc2")},
    )
    project = with_published(Project(network), GOOGLENET)
    mean, deviation = (
        torch.tensor(p).view(3, 1, 1) for p in project.network["input"].layer.mean_and_deviation()
    )
    transforms = models.get_weight(GOOGLENET.name).transforms()
    theirs = (IMAGES - torch.tensor(transforms.mean).view(3, 1, 1)) / torch.tensor(transforms.std).view(
        3, 1, 1
    )
    module = build(project.network, 1000)
    assert start_from(module, GOOGLENET).random == ()
    with torch.inference_mode():
        ours = evaluation(module.eval())((IMAGES - mean) / deviation)
        assert torch.allclose(ours, published.eval()(theirs), rtol=1e-4, atol=1e-5)


def test_other_channels_and_classes_start_at_random_and_are_named(resnet):
    keep(RESNET, resnet.state_dict())
    project = started(preset("resnet18"), RESNET)
    grey = set_layers(project.network, {"input": Input(channels=1, size=(64, 64))})
    fitting = foretell(replace(project, network=grey), RESNET)
    assert fitting.random == ("conv1", "fc")
    assert str(fitting.sentence("ResNet-18")) == (
        "39 of 41 layers with weights start from those of “ResNet-18”; at random: conv1, fc."
    )


def test_many_layers_are_counted_and_not_named():
    names = tuple(f"conv{index}" for index in range(9))
    assert str(Fit(("fc",), names).sentence("X")) == (
        "1 of 10 layers with weights start from those of “X”; at random: conv0, conv1, conv2 and 6 more."
    )


@settings(max_examples=25)
@given(st.sets(st.sampled_from(sorted(models.resnet18(weights=None).state_dict()))))
def test_a_layer_takes_all_of_its_tensors_or_none(missing):
    module = models.resnet18(weights=None)
    state = {key: tensor for key, tensor in module.state_dict().items() if key not in missing}
    fitting = fit(module, state)
    counters = {key for key in missing if key.endswith("num_batches_tracked")}
    assert set(fitting.random) == {key.rpartition(".")[0] for key in missing - counters}
    assert set(fitting.taken) | set(fitting.random) == {key.rpartition(".")[0] for key in module.state_dict()}


def test_files_in_half_precision_and_without_counters_are_taken(resnet):
    """Wide ResNet-50-2's first weights are in half precision; some files are older than the counters."""
    old = {key: t.half() for key, t in resnet.state_dict().items() if not key.endswith("tracked")}
    keep(RESNET, old)
    module = build(set_layers(preset("resnet18"), {"fc": Linear(features=1000)}), 1000)
    assert start_from(module, RESNET).random == ()
    assert all(weight.dtype == torch.float32 for weight in module.parameters())
    assert torch.equal(module.get_submodule("conv1").weight, old["conv1.weight"].float())


def test_without_the_file_a_sentence_says_how_to_get_it():
    project = started(preset("resnet18"), RESNET)
    reason = str(findings(project)[0].sentence)
    assert reason.startswith("Expected the published weights of “ResNet-18” on this computer, got none: ")
    assert RESNET.url in reason
    with pytest.raises(UserError, match="on this computer"):
        Run(project)
    keep(RESNET, {})
    assert not findings(project)


class Evil:
    """Makes a folder when it is unpickled."""

    def __reduce__(self):
        import os

        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize(
    "content",
    [b"", b"no weights", b"PK\x03\x04 cut off", [torch.zeros(1)], {"fc.weight": 3.0}, {"fc.weight": Evil()}],
    ids=["empty", "text", "cut off", "a list", "numbers", "code"],
)
def test_a_file_that_holds_no_weights_is_refused_and_runs_nothing(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keep(RESNET, content)
    if isinstance(content, bytes):
        RESNET.path.write_bytes(content)
    with pytest.raises(UserError, match="damaged file: delete it"):
        Run(started(preset("resnet18"), RESNET))
    assert not (tmp_path / "unpickled").exists()


def test_a_network_that_takes_nothing_is_refused(resnet):
    keep(RESNET, {key: tensor for key, tensor in resnet.state_dict().items() if not key.startswith("fc")})
    project = first_project()
    with pytest.raises(UserError, match="Expected a network with layers like those of “ResNet-18”"):
        Run(replace(project, recipe=with_settings(project.recipe, start=RESNET.name)))


def test_the_start_is_part_of_the_project_file():
    project = with_published(first_project(), RESNET)
    assert project_from_json(project_to_json(project)) == project
