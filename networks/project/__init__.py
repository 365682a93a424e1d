"""The project and its file, what is wrong with a file, and fine-tuning."""
