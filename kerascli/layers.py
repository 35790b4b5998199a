"""The layers of kerascli: what a saved model that has them imports (`import kerascli.layers`)."""

from kerascli.components.layers import Parameter

__all__ = ["Parameter"]
