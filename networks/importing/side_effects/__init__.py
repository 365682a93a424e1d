"""What a module does besides computing its output, which layers would not do."""
