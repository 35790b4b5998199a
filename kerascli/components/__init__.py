"""A component of a spec becomes the Keras object that it names."""

from kerascli.components.build import MAKERS, build_argument, build_component, is_function, keras_object
from kerascli.components.faults import keras_fault
from kerascli.components.operation_constants import operation_constant, operation_constants

__all__ = [
    "MAKERS",
    "build_argument",
    "build_component",
    "is_function",
    "keras_fault",
    "keras_object",
    "operation_constant",
    "operation_constants",
]
