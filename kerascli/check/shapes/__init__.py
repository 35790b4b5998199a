"""The shapes of a model, inferred from its spec alone: what lints know of tensors before Keras makes any."""

from kerascli.check.shapes.infer import Shapes as Shapes
from kerascli.check.shapes.infer import infer_shapes as infer_shapes
