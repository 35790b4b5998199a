"""Several workers of one training on this machine, watched over: standard library alone, TensorFlow is the workers' affair."""
