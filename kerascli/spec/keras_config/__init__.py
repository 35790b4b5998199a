"""The config of a saved Keras model, read as data: its graph, its objects, its calls and its names."""
