"""What a rule is: a call → the tensors that it makes."""

from __future__ import annotations

from collections.abc import Callable

from kerascli.check.shapes.call import Call
from kerascli.record.model_summary import TensorShape

Made = tuple[TensorShape, ...]
# It raises `UnknownShape` where it can't tell, and `Misfit` where Keras would refuse the call.
Rule = Callable[[Call], Made]
