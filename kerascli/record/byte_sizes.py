"""Sizes in bytes as people read them."""

from __future__ import annotations


def size_text(size: int) -> str:
    """A size in bytes, KB (10³ bytes), MB or GB, with about three digits."""
    if size < 1000:
        return f"{size} bytes"
    value, unit = next((size / scale, unit) for scale, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")) if size >= scale)
    return f"{value:,.1f} {unit}" if value >= 10 else f"{value:.3g} {unit}"
