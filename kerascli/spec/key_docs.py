"""What each section and key of a spec means: one sentence each, by dotted path (`*` stands for a name or a place in a list)."""

from __future__ import annotations

from collections.abc import Mapping

_TOP: Mapping[str, str] = {
    "kerascli": "Version of the language; 1 when left out.",
    "name": "Name of the run folder, `runs/<name>/…`; the file's own name when left out.",
    "description": "What the model is for, in a sentence; kept in the run.",
    "tags": "Words to find the run by.",
    "seed": "The one seed of Python, NumPy and TensorFlow, of shuffling and of splits; 0 when left out.",
    "dtype": "Keras's global dtype policy, such as `float32` or `mixed_bfloat16`.",
    "extends": "A spec (or a list of specs) that this one builds on; mappings merge, scalars and lists replace, `~key:` removes.",
    "vars": "Values of your own, read by `$name` in place of a value and by `$(name)` inside a longer text.",
    "override": "Changes made after `extends`: a mapping from path to value, as on the command line.",
    "plugins": "Python files or modules whose Keras objects become components; needs `--trust`.",
    "data": "What the model reads: the source, the splits, and the fields of each input and output.",
    "model": "How the model is wired: its inputs, layers and outputs.",
    "compile": "How the model learns: optimizer, losses and metrics, as `keras.Model.compile` takes them.",
    "fit": "How long and in which steps the model trains, as `keras.Model.fit` takes it.",
    "callbacks": "Keras callbacks, in the order in which they are called.",
    "checkpoints": "Which states of the training are kept, and how often one is saved.",
    "logs": "What is written while the model trains.",
    "distribute": "The devices and machines that it is trained on, each with a part of every batch; `false`: one device.",
    "distribute.mirrored": "All devices of one machine.",
    "distribute.mirrored.devices": "The devices, as TensorFlow names them: `[GPU:0, GPU:1]`; left out: all GPUs.",
    "distribute.multi_worker": "One process on each of several machines; each is told which it is by `TF_CONFIG` or `--worker`.",
    "distribute.multi_worker.workers": "Their addresses, `host:port`, the chief's first; left out: those of `TF_CONFIG`.",
    "distribute.multi_worker.timeout": "Seconds to wait until all of them are there.",
    "performance": "What changes the time alone, chosen by the tool; `false` turns all of it off.",
    "performance.steps_per_execution": "Steps in one graph call, at most; `1`: each on its own. `compile.steps_per_execution` wins.",
    "performance.validation_batch_size": "Samples a step of validation and test; `null`: as in training. `fit.validation_batch_size` wins.",
    "performance.fused_updates": "Whether the optimizer's update is one kernel of TensorFlow, where it has one.",
    "performance.jit": "Whether XLA compiles the step; `auto` is off on a CPU. `compile.jit_compile` wins.",
    "performance.threads": "Threads in one operation, or `{intra_op: 2, inter_op: 2}`; `auto`: TensorFlow's own, one a core.",
    "performance.threads.intra_op": "Threads in one operation; `0`: one a core.",
    "performance.threads.inter_op": "Threads across operations; `0`: one a core.",
    "expect": "What the run must reach: a mapping from logs to conditions; `train` ends with status 4 where it falls short.",
    "check": "What `check`, `train` and `data` say of the spec.",
    "check.ignore": "Codes of warnings to silence: a list of `code` and `{code: the reason}`; errors stay.",
}

_DATA: Mapping[str, str] = {
    "data.source": "Where the samples come from: a component in lower case, such as `mnist` or `{csv: tickets.csv}`.",
    "data.validation": "The validation split: a count, a fraction, `{count: …}` or `{fraction: …}`, or a source of its own.",
    "data.test": "The test split, drawn before all others: a count, a fraction, `{count: …}` or `{fraction: …}`, or a source of its own.",
    "data.inputs": "Which field each model input reads; a name of the same field is found by itself.",
    "data.targets": "Which field each model output learns; a name of the same field is found by itself.",
    "data.sample_weight": "The field that weighs each sample, or one for each output.",
    "data.augment": "Layers that change whole samples in training only, labels included, such as `MixUp`.",
    "data.window": "Cuts sequences out of ordered rows, as `keras.utils.timeseries_dataset_from_array` does.",
    "data.cache": "Where prepared samples are kept between epochs: `auto`, `memory`, `disk` or `none`.",
    "data.on_error": "What a sample that can't be read does: `stop` or `skip`.",
    "data.window.sequence_length": "How many rows make one sequence.",
    "data.window.sequence_stride": "How many rows lie between the beginnings of two sequences.",
    "data.window.sampling_rate": "How many rows lie between two that are taken into a sequence.",
    "data.window.horizon": "How many rows behind the sequence its target lies.",
    "data.window.group": "The field that no sequence crosses, such as a shop's number.",
}

_SPLIT: Mapping[str, str] = {
    "count": "How many samples the split takes.",
    "fraction": "Which part of all samples the split takes, between 0 and 1.",
    "shuffle": "Whether the split is drawn at random; `false` takes the first samples.",
    "stratify": "The field whose values are spread alike over the splits.",
    "group": "The field whose values never stand in two splits, such as a patient.",
    "order": "The field by which samples are ordered; the split takes the latest.",
}

_FIELD: Mapping[str, str] = {
    "field": "The field that is read; the one of the input's own name when left out.",
    "fields": "Several fields of numbers, stacked on the last axis in this order.",
    "transform": "Keras layers applied to batches in the input pipeline; those that learn are adapted on the training split.",
    "augment": "Keras layers applied after `transform`, in training only.",
    "missing": "What stands for a missing value: `mean`, `median` or `{value: 0}`.",
    "pad": "How sequences of different lengths are padded: `{length: 200, side: pre}`.",
    "read": "How files are read, for a column of paths: `image`, `audio`, `text` or `npy`.",
    "classes": "The class names of a target in the order of their indices; sorted when left out.",
    "one_hot": "Whether a target's classes are one-hot vectors instead of indices.",
    "missing.value": "The value that stands for a missing one.",
    "pad.length": "The length that sequences are padded or cut to; the longest of the batch when left out.",
    "pad.value": "What sequences are padded with; 0 when left out.",
    "pad.side": "Whether padding goes before (`pre`) or after (`post`) the sequence.",
}

_MODEL: Mapping[str, str] = {
    "inputs": "The inputs by name: a shape without the batch axis, or `{shape: …, dtype: …}`; inferred where there is only one answer.",
    "layers": "The layers in order; each reads the one above it unless it says `inputs`.",
    "outputs": "The outputs by name, or a mapping that names them; the last layer when left out.",
    "topology": "`functional` asks for a functional `keras.Model`, `sequential` is checked; follows from the wiring when left out.",
    "blocks": "Sub-graphs with parameters, used as layers by their names.",
    "base": "A trained model as the start; its layers become layers of this model.",
    "weights": "Starting weights out of a run or a file, with a report of what matched.",
    "class": "A model class of your own, out of a plugin.",
    "arguments": "What the model class is made with.",
    "inputs.*.shape": "The shape of one sample, `null` for a free axis.",
    "inputs.*.dtype": "The dtype of the input; that of its field when left out.",
    "inputs.*.batch_size": "A fixed batch size; the last partial batch is then dropped in training.",
    "inputs.*.sparse": "Whether the input is a sparse tensor.",
    "layers.*.name": "The name that others read this layer by; Keras's own when left out.",
    "layers.*.inputs": "Where the inputs come from: a name, a list, or a mapping to the arguments of the call; the layer above when left out.",
    "layers.*.repeat": "How many times the layer stands in a row, or `{rate: [1, 2, 4]}` for one copy a value.",
    "layers.*.trainable": "`false` freezes the layer, or all layers inside it.",
    "layers.*.weights": "Starting weights: a `.npy` or `.npz` file whose shapes fit.",
    "layers.*.layer": "Calls an earlier layer or nested model again, on the same weights.",
    "layers.*.path": "The name of a layer that came out of a block, in a resolved spec.",
    "blocks.*.parameters": "The parameters with their defaults, read by `$name`; `null` must be given.",
    "blocks.*.inputs": "The names of the block's inputs; one called `input` when left out.",
    "blocks.*.layers": "The layers of the block, wired as those of the model.",
    "blocks.*.outputs": "The outputs of the block; the last layer when left out.",
    "base.from": "A run, a `.keras` file, or a component such as `applications.ResNet50`.",
    "base.outputs": "What the first new layer reads; the base's own outputs when left out.",
    "base.trainable": "Whether the base learns, or a list of patterns of layers that stay trainable.",
    "weights.from": "A run, or a file of weights.",
    "weights.match": "How layers are matched: by `name`.",
    "weights.skip": "Patterns of layers that keep their own starting weights.",
}

_COMPILE: Mapping[str, str] = {
    "compile.optimizer": "The optimizer; RMSprop when left out.",
    "compile.loss": "The loss, or a mapping from output to loss; `null` for an output that has none.",
    "compile.loss_weights": "How much each output's loss counts.",
    "compile.metrics": "What is measured beside the loss: a list, or a mapping from output to metrics.",
    "compile.weighted_metrics": "Metrics that take the sample weights into account.",
    "compile.run_eagerly": "Whether each step runs as plain Python, for debugging.",
    "compile.steps_per_execution": "How many batches one call of the compiled step takes, or `auto`.",
    "compile.jit_compile": "Whether XLA compiles the step: `true`, `false` or `auto`.",
    "compile.auto_scale_loss": "Whether the loss is scaled under `mixed_float16`.",
}

_FIT: Mapping[str, str] = {
    "fit.epochs": "How many times the training split is gone through.",
    "fit.batch_size": "How many samples make one step.",
    "fit.validation_batch_size": "How many samples make one step of validation; `batch_size` when left out.",
    "fit.shuffle": "Whether samples are shuffled before each epoch, by the seed.",
    "fit.class_weight": "How much each class counts: `balanced`, or a mapping from class to weight; by output too.",
    "fit.steps_per_epoch": "How many steps an epoch has; all batches when left out.",
    "fit.validation_steps": "How many steps a validation has; all batches when left out.",
    "fit.validation_freq": "After how many epochs a validation follows.",
    "fit.deterministic": "Whether all operations are deterministic; slower.",
    "fit.reset_states": "Whether stateful layers start each epoch anew.",
    "fit.phases": "Phases that follow each other, each with its own `epochs`, and what changes in it.",
    "fit.phases.*.epochs": "How many epochs the phase has.",
    "fit.phases.*.freeze": "Patterns of layers that stop learning, from this phase on.",
    "fit.phases.*.unfreeze": "Patterns of layers that learn, from this phase on.",
    "fit.phases.*.optimizer": "A new optimizer; the one before goes on with its state when left out.",
    "fit.phases.*.batch_size": "How many samples make one step in this phase.",
    "fit.phases.*.callbacks": "Callbacks of this phase alone.",
}

_KEEPING: Mapping[str, str] = {
    "checkpoints.best": "What the best checkpoint is chosen by; `val_loss`, else `loss`, when left out.",
    "checkpoints.mode": "Whether less (`min`) or more (`max`) is better; known for all Keras metrics.",
    "checkpoints.keep": "How many checkpoints are kept, beside the best; at least 2.",
    "checkpoints.every": "When one is saved: each `epoch`, or every `500 steps` or `10 minutes`.",
    "logs.csv": "Whether `history.csv` is written, one row an epoch.",
    "logs.tensorboard": "Whether TensorBoard's files are written; a mapping gives Keras's arguments.",
}


def _below(path: str, docs: Mapping[str, str]) -> dict[str, str]:
    return {f"{path}.{key}": text for key, text in docs.items()}


KEY_DOCS: Mapping[str, str] = {
    **_TOP,
    **_DATA,
    **_below("data.validation", _SPLIT),
    **_below("data.test", _SPLIT),
    **_below("data.inputs.*", _FIELD),
    **_below("data.targets.*", _FIELD),
    **_below("model", _MODEL),
    **_COMPILE,
    **_FIT,
    **_KEEPING,
}
