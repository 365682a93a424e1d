"""All that is shown of one number at once, in figures and in sentences."""
