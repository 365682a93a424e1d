"""The loop itself and what it calls, as plain torch: training scripts print the text of these files."""
