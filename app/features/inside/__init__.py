"""What the layers make of one picture."""
