"""What a network answers: confusion matrix, classes, mistakes, calibration, losses."""
