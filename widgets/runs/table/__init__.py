"""The table of runs: a row for each, with what is drawn of it ticked in its colour."""
