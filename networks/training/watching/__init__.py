"""What is seen of steps while they are made: batches, gradients, time."""
