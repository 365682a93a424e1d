"""What is found out by training copies of a run, or several runs: speed, learning rate, comparisons."""
