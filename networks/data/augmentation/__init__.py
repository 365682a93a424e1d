"""What makes the training images of every epoch different: functions on batches of tensors.

Runs call them, and training scripts print their text as it stands here: besides torch they use each other
and nothing else. Images are n×channels×height×width from 0 (black) to 1 (white). No function changes its
input. What becomes of an image does not depend on the batch that it is in, not even in the last bit: there is
only arithmetic element by element, and where functions or sums may be rounded otherwise in another place of
a batch, they are computed in float64 and then rounded to float32.
"""
