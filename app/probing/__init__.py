"""The probe: which picture is followed through the network, with which weights, and what was seen of it.

Whose weights these are stands in its options: `run` is the id of a run, and `weights` says which of its
weights, in a word or as `AfterStep(step)`, a moment that the run has kept. Go to a moment by `Probing.go_to`;
which moments there are, `app.probing.moments.timeline` tells. Everything that borrows its weights from here
(`Probing.borrow`, `Probed.looker`, `looker_of`) follows.
"""
