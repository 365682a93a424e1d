"""The project and its file, what is wrong with a damaged file, and fine-tuning."""
