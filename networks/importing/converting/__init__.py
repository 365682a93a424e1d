"""From a traced graph to layers: a file for each way in which calls are more than one layer each."""
