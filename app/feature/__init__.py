"""What a feature declares."""
