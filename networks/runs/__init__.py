"""What a training run reports, and the records that are kept of it; no torch, no Qt."""
