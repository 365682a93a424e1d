"""How a network learns, as data: images, first weights, loss, optimizer, batches, epochs."""
