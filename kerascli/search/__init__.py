"""Searches for a value before a training: the learning rate, the batch size."""
