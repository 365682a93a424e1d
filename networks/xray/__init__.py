"""What is seen inside a network for one picture, as numbers in numpy: no torch and no Qt."""
