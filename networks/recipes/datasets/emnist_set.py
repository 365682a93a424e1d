"""What the parts of EMNIST have in common: one archive, in which pictures lie on their side."""

from __future__ import annotations

from typing import ClassVar

from networks.recipes.datasets.idx_set import IdxDataset
from networks.recipes.datasets.named import Download


class EmnistDataset(IdxDataset, frozen=True):
    """A part of EMNIST."""

    licence: ClassVar = "public domain in the USA"
    source: ClassVar = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
    attribution: ClassVar = (
        "G. Cohen, S. Afshar, J. Tapson and A. van Schaik, EMNIST: an extension of MNIST to handwritten "
        "letters, 2017, arXiv 1702.05373, made from special database 19 of NIST"
    )
    turned: ClassVar = True
    folders: ClassVar = ("EMNIST/raw", "EMNIST/raw/gzip", "EMNIST/gzip", "EMNIST", "emnist/raw", "emnist")
    download_bytes: ClassVar = 561_753_746

    downloads: ClassVar = (
        # both parts are taken out, so that the archive is fetched once
        Download(
            "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
            "58c8d27c78d21e728a6bc7b3cc06412e",
            561_753_746,
            tuple(
                f"gzip/emnist-{part}-{side}-{what}-ubyte.gz"
                for part in ("balanced", "letters")
                for side in ("train", "test")
                for what in ("images-idx3", "labels-idx1")
            ),
        ),
    )
