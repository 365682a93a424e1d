"""What a network answered for each of many images, and what follows from it. No torch."""
