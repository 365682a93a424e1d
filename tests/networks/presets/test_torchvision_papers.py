"""Every torchvision model that can be imported comes with its paper and why it mattered."""

from __future__ import annotations

import re

import pytest

from networks.presets.catalog import PRESETS
from networks.presets.torchvision_models import MODELS
from networks.presets.torchvision_papers import FAMILIES, publication_of


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_a_paper_and_words(name):
    found = publication_of(name)
    assert found.paper.authors
    assert found.paper.title
    assert found.paper.place
    assert 1998 <= found.paper.year <= 2022
    sentences = re.findall(r"\.(?: |$)", found.why)
    assert 1 <= len(sentences) <= 3
    assert found.why.endswith(".")


def test_a_model_that_equals_a_preset_tells_what_the_preset_tells():
    presets = [preset for preset in PRESETS if preset.torchvision]
    assert {"alexnet", "googlenet", "resnet50", "resnext50_32x4d", "vgg16_bn"} <= {
        p.torchvision for p in presets
    }
    for preset in presets:
        assert (publication_of(preset.torchvision).paper, publication_of(preset.torchvision).why) == (
            preset.paper,
            preset.why,
        )


@pytest.mark.parametrize(
    ("name", "authors", "year", "place"),
    [
        ("convnext_base", "Liu", 2022, "sections 2 and 3"),
        ("densenet201", "Huang", 2017, "table 1"),
        ("densenet161", "Huang", 2017, "after table 1"),
        ("efficientnet_b7", "Tan and Le", 2019, "table 1 and section 3.3"),
        ("efficientnet_v2_s", "Tan and Le", 2021, "table 4"),
        ("inception_v3", "Szegedy", 2016, "table 1"),
        ("mnasnet0_5", "Tan", 2019, "CVPR"),
        ("mobilenet_v2", "Sandler", 2018, "table 2"),
        ("mobilenet_v3_large", "Howard", 2019, "table 1"),
        ("mobilenet_v3_small", "Howard", 2019, "table 2"),
        ("regnet_x_400mf", "Radosavovic", 2020, "section 3.3"),
        ("regnet_y_128gf", "Radosavovic", 2020, "after section 3.3"),
        ("resnext101_64x4d", "Xie", 2017, "table 4"),
        ("shufflenet_v2_x1_0", "Ma", 2018, "table 5"),
        ("squeezenet1_1", "Iandola", 2016, "after table 1"),
        ("wide_resnet101_2", "Zagoruyko", 2016, "after table 8"),
    ],
)
def test_each_family_has_its_own(name, authors, year, place):
    paper = publication_of(name).paper
    assert paper.authors.startswith(authors)
    assert (paper.year, paper.place) == (year, place)


def test_no_family_is_without_a_model():
    told = [publication_of(name) for name in MODELS]
    assert all(family in told for family in FAMILIES.values())


def test_nothing_is_told_of_what_is_no_model():
    with pytest.raises(KeyError):
        publication_of("vit_b_16")
