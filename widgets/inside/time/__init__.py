"""The time machine: moments of a run below its curves, with a map and the answer at each of them."""
