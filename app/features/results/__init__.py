"""What a run gets right and wrong."""
