"""What a training run tells and keeps; no torch, no Qt."""
