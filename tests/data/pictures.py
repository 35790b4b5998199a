"""Images for tests, drawn from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def picture(path: Path, size: tuple[int, int] = (20, 24), mode: str = "RGB", seed: int = 0) -> Path:
    """Writes an image of random pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, channels), dtype=np.uint8)
    Image.fromarray(pixels if channels > 1 else pixels[..., 0], mode).save(path)
    return path
