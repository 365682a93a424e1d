"""An explanation as lines of text: its arithmetic with figures, and what it shows in sentences."""
