"""What stands where in a spec: the one table of sections and keys that parsing, overrides and `config why` read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "value", "section", "sections", "component", "components", "by_output", "entries", "entry", "names", "free"
]


@dataclass(frozen=True)
class Place:
    """One place of a spec.

    Attributes:
        kind: `value`: a scalar or a plain list; `section`: a mapping with known keys; `sections`: a list of such
            mappings; `component`: one component;
            `components`: a list of them, or one alone; `by_output`: a component or components, or a mapping of these
            by the names of the model's outputs; `entries`: the layers; `entry`: one of them; `names`: a mapping from
            names of the user's own, each to `each`; `free`: any mapping.
        group: The catalog's group, for the component kinds.
        keys: Key to place, for a section.
        each: The place of every value, for `names`.
        default: The value of a key that is left out, where there is one.
    """

    kind: Kind = "value"
    group: str | None = None
    keys: Mapping[str, Place] = field(default_factory=dict)
    each: Place | None = None
    default: object = None


_VALUE = Place()
_LAYERS = Place("components", "layers")

MISSING = Place("section", keys={"value": _VALUE})
PAD = Place("section", keys={"length": _VALUE, "side": Place(default="post"), "value": Place(default=0)})
WINDOW = Place(
    "section",
    keys={
        "sequence_length": _VALUE,
        "sequence_stride": Place(default=1),
        "sampling_rate": Place(default=1),
        "horizon": Place(default=1),
        "group": _VALUE,
    },
)

FIELD = Place(
    "section",
    keys={
        "field": _VALUE,
        "fields": _VALUE,
        "transform": _LAYERS,
        "augment": _LAYERS,
        "missing": MISSING,
        "pad": PAD,
        "read": Place("free"),
        "classes": _VALUE,
        "one_hot": Place(default=False),
    },
)

SPLIT = Place(
    "section",
    keys={
        "count": _VALUE,
        "fraction": _VALUE,
        "shuffle": Place(default=True),
        "stratify": _VALUE,
        "group": _VALUE,
        "order": _VALUE,
    },
)

INPUT = Place(
    "section",
    keys={"shape": _VALUE, "dtype": _VALUE, "batch_size": _VALUE, "sparse": Place(default=False)},
)

# `path` is the resolved spec's word for the name of a layer that came out of a block.
ENTRY_KEYS = ("name", "inputs", "repeat", "trainable", "weights", "layer", "path")

DATA = Place(
    "section",
    keys={
        "source": Place("component", "sources"),
        "validation": SPLIT,
        "test": SPLIT,
        "inputs": Place("names", each=FIELD),
        "targets": Place("names", each=FIELD),
        "sample_weight": Place("names", each=_VALUE),
        "augment": _LAYERS,
        "window": WINDOW,
        "cache": Place(default="auto"),
        "on_error": Place(default="stop"),
    },
)

BLOCK = Place(
    "section",
    keys={
        "parameters": Place("names", each=_VALUE),
        "inputs": _VALUE,
        "layers": Place("entries", "layers"),
        "outputs": Place("names", each=_VALUE),
    },
)

BASE = Place(
    "section",
    keys={"from": Place("component", "layers"), "outputs": _VALUE, "trainable": Place(default=True)},
)

START_WEIGHTS = Place("section", keys={"from": _VALUE, "match": Place(default="name"), "skip": _VALUE})

MODEL = Place(
    "section",
    keys={
        "inputs": Place("names", each=INPUT),
        "layers": Place("entries", "layers"),
        "outputs": Place("names", each=_VALUE),
        "topology": _VALUE,
        "blocks": Place("names", each=BLOCK),
        "base": BASE,
        "weights": START_WEIGHTS,
        "class": _VALUE,
        "arguments": Place("free"),
    },
)

COMPILE = Place(
    "section",
    keys={
        "optimizer": Place("component", "optimizers", default="RMSprop"),
        "loss": Place("by_output", "losses"),
        "loss_weights": Place("names", each=_VALUE),
        "metrics": Place("by_output", "metrics"),
        "weighted_metrics": Place("by_output", "metrics"),
        "run_eagerly": Place(default=False),
        "steps_per_execution": _VALUE,
        "jit_compile": _VALUE,
        "auto_scale_loss": Place(default=True),
    },
)

PHASE = Place(
    "section",
    keys={
        "epochs": _VALUE,
        "freeze": _VALUE,
        "unfreeze": _VALUE,
        "optimizer": Place("component", "optimizers"),
        "batch_size": _VALUE,
        "callbacks": Place("components", "callbacks"),
    },
)

FIT = Place(
    "section",
    keys={
        "epochs": Place(default=1),
        "batch_size": Place(default=32),
        "validation_batch_size": _VALUE,
        "shuffle": Place(default=True),
        "class_weight": Place("free"),
        "steps_per_epoch": _VALUE,
        "validation_steps": _VALUE,
        "validation_freq": Place(default=1),
        "deterministic": Place(default=False),
        "reset_states": Place(default=False),
        "phases": Place("sections", keys=PHASE.keys),
    },
)

CHECKPOINTS = Place(
    "section",
    keys={"best": _VALUE, "mode": _VALUE, "keep": Place(default=2), "every": Place(default="epoch")},
)

CHECK = Place("section", keys={"ignore": Place("free")})

LOGS = Place("section", keys={"csv": Place(default=True), "tensorboard": Place("free", default=True)})

PERFORMANCE = Place(
    "section",
    keys={
        "steps_per_execution": Place(default="auto"),
        "validation_batch_size": Place(default="auto"),
        "fused_updates": Place(default="auto"),
        "jit": Place(default="auto"),
        "threads": Place("section", keys={"intra_op": Place(default="auto"), "inter_op": Place(default="auto")}),
    },
)

DISTRIBUTE = Place(
    "section",
    keys={
        "mirrored": Place("section", keys={"devices": _VALUE}),
        "multi_worker": Place("section", keys={"workers": _VALUE, "timeout": Place(default=60)}),
    },
)

ROOT = Place(
    "section",
    keys={
        "kerascli": Place(default=1),
        "name": _VALUE,
        "description": _VALUE,
        "tags": _VALUE,
        "vars": Place("free"),
        "seed": Place(default=0),
        "dtype": Place("component", "dtype_policies", default="float32"),
        "plugins": _VALUE,
        "data": DATA,
        "model": MODEL,
        "compile": COMPILE,
        "fit": FIT,
        "callbacks": Place("components", "callbacks"),
        "checkpoints": CHECKPOINTS,
        "logs": LOGS,
        "expect": Place("names", each=_VALUE),
        "distribute": DISTRIBUTE,
        "performance": PERFORMANCE,
        "check": CHECK,
    },
)

# Sections that are gone when a file and all that it extends are one tree.
REUSE_SECTIONS = ("extends", "override")

# Sections of the language that are not built yet; each is refused by name.
SECTIONS_TO_COME = ("tune",)
