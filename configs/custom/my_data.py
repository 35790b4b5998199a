"""A data source of one's own."""

import numpy as np


def spirals(samples=600, turns=1.5, seed=0):
    """Three arms of a spiral, one a class.

    Args:
        samples: How many points, of all arms.
        turns: How often an arm goes round.
        seed: For the noise.

    Returns:
        The splits, each with `point` (samples, 2) float32 and `arm` (samples,) text.
    """
    generator = np.random.default_rng(seed)
    arm = generator.integers(0, 3, samples)
    radius = generator.uniform(0.1, 1.0, samples)
    angle = 2 * np.pi * (arm / 3 + turns * radius) + generator.normal(0, 0.15, samples)
    point = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).astype("float32")
    fields = {"point": point, "arm": np.array(["red", "green", "blue"])[arm]}
    first, second = int(samples * 0.7), int(samples * 0.85)
    return {
        "train": {name: values[:first] for name, values in fields.items()},
        "validation": {name: values[first:second] for name, values in fields.items()},
        "test": {name: values[second:] for name, values in fields.items()},
    }
