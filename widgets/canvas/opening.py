"""Which folds are open after one is opened or closed. A row of equal blocks opens into its blocks first."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from networks.graph.presentation import ROW, Folding


def after_opening(folding: Folding, opened: frozenset[str], cards: Iterable[str]) -> frozenset[str]:
    """What is open once these folded cards are: of a block its inside is shown, of a row its blocks."""
    for name in cards:
        row = folding.rows.get(name)
        opened |= {name} if row is None else {ROW + fold for fold in row}
    return opened


def after_closing(folding: Folding, opened: frozenset[str], folds: Collection[str]) -> frozenset[str]:
    """What stays open once these folds are closed; a row whose blocks are all closed is one card again."""
    opened = opened.difference(folds)
    apart = frozenset(name for name in opened if name.startswith(ROW))
    if not apart:
        return opened
    rows = Folding(folding.network, folding.whole, opened - apart).rows.values()
    return opened - {ROW + name for row in rows if not set(folds).isdisjoint(row) for name in row}
