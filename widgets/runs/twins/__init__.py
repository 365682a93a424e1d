"""The tab in which twins are chosen, and what came of them is drawn."""
