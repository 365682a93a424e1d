"""What computes: the devices that are there, which switches they allow, and compiling for them."""
