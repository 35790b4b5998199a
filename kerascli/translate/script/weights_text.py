"""The weight of each sample in a script: from a field, and in training from the sample's class."""

from __future__ import annotations

from kerascli.spec.data_spec import DataSpec
from kerascli.translate.script.facts import DataFacts
from kerascli.translate.script.python_text import Call, Source, render


def sample_weights(data: DataSpec, facts: DataFacts, split: str, counted: str) -> Call | Source | None:
    """The weights of a split: an array for one head, a tuple of them for several; None without any.

    Args:
        data: The data section.
        facts: What the data says.
        split: The split.
        counted: A field whose length is the number of samples.
    """
    if not (facts.train_weighted if split == "train" else facts.weighted):
        return None
    fields = {
        name: field
        for output, field, _ in data.sample_weight
        for name in ((output,) if output is not None else facts.outputs)
    }
    parts = []
    for number, name in enumerate(facts.outputs):
        factors = []
        if name in fields:
            factors.append(f'{split}[{render(fields[name])}].astype("float32").reshape(-1)')
        if split == "train" and name in facts.class_weight:
            labels = "y_train" if len(facts.outputs) == 1 else f"y_train[{number}]"
            factors.append(_by_class(facts, name, labels))
        # Keras wants weights for each head, or for none.
        alone = f'np.ones(len({split}[{render(counted)}]), "float32")'
        parts.append(Source(" * ".join(factors) or alone))
    return parts[0] if len(parts) == 1 else Call("", tuple(parts))


def _by_class(facts: DataFacts, name: str, labels: str) -> str:
    weights = facts.class_weight[name]
    listed = render([weights.get(index, 1.0) for index in range(max(weights) + 1)])
    indices = f"{labels}.argmax(axis=1)" if name in facts.one_hot else f"{labels}.reshape(-1).astype(int)"
    return f'np.array({listed}, "float32")[{indices}]'
