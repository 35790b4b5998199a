"""The layers and operations that join tensors number by number."""

from __future__ import annotations

ELEMENTWISE = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
BINARY = ("add", "maximum", "minimum", "multiply", "subtract")
