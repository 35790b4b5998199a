"""Keras's optimizers with TensorFlow's own update kernels: one operation a variable instead of a dozen."""

from kerascli.model.fused.fuse import fuse_updates
from kerascli.model.fused.updates import FusedUpdates

__all__ = ["FusedUpdates", "fuse_updates"]
