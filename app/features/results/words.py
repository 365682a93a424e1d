"""The words of Results for what can be chosen, and for what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.feature.feature import Feature
from networks.runs.judgement.judgement import Judgement, Side, Weights
from networks.runs.record import Record
from widgets.look.translation import thousands
from widgets.results.results import Offer


def offer_of(
    results: Feature,
    offered: Sequence[Record],
    record: Record,
    epochs: Mapping[Weights, float],
    sides: Sequence[Side],
    chosen: tuple[Weights, Side],
) -> Offer:
    """The runs, weights, with the epoch of each, and sides that can be chosen, and those that are."""
    named = {
        "best": results.tr("Best, epoch {epoch}"),
        "last": results.tr("Last, epoch {epoch}"),
        "averaged": results.tr("Averaged, epoch {epoch}"),
        "moment": results.tr("Kept epoch {epoch}"),
        "averaged moment": results.tr("Kept epoch {epoch}, averaged"),
    }
    on = {
        "validation": results.tr("On validation"),
        "training": results.tr("On training"),
        "test": results.tr("On the test set"),
    }
    return Offer(
        [(each.run, each.title) for each in reversed(offered)],
        [(each, named[each].format(epoch=f"{epoch:.4g}")) for each, epoch in epochs.items()],
        [(each, on[each]) for each in sides],
        record.run,
        *chosen,
    )


def about_of(results: Feature, record: Record, judgement: Judgement, notes: Sequence[str]) -> str:
    """Which run answered for which pictures and when, and what there is to be noted."""
    kinds = {
        "validation": results.tr("{count} validation pictures"),
        "training": results.tr("{count} training pictures"),
        "test": results.tr("{count} test pictures"),
    }
    told = results.tr("{run}: {pictures}, judged after epoch {epoch}").format(
        run=record.title,
        pictures=kinds[judgement.side].format(count=thousands(len(judgement))),
        epoch=f"{judgement.epoch:.4g}",
    )
    return ". ".join(filter(None, (told, *notes)))
