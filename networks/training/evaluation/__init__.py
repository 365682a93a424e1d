"""What a trained network answers, to images of its run or to any others."""
