"""How a network learns, as data: the data set, first weights, loss, optimizer, batches, epochs, machine."""
