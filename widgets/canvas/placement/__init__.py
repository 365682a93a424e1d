"""Where cards, wires and frames lie: pure functions of the network."""
