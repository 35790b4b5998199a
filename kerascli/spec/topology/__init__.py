"""The wiring of a model: entries of `layers`, blocks and repeats expanded, every name found, every call laid out."""
