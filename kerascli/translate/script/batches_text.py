"""The class of a script that hands out the training samples in the order that a run has."""

from __future__ import annotations

from kerascli.spec.training_spec import FitSpec

_EPOCHS = '''
class Batches(keras.utils.PyDataset):
    """The training samples in batches, each epoch in an order that follows from the seed."""

    def __init__(self, samples, *arrays):
        super().__init__()
        self.samples, self.arrays = samples, arrays
        self.order, self.epoch = np.arange(samples), 0

    def __len__(self):
        return -(-self.samples // BATCH_SIZE)

    def __getitem__(self, step):
        rows = self.order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        return keras.tree.map_structure(lambda values: values[rows], self.arrays)

    def on_epoch_begin(self):
        generator = np.random.Generator(np.random.PCG64([SEED, 0x0D3, self.epoch]))
        self.order = generator.permutation(self.samples)
        self.epoch += 1
'''
# Keras begins to read ahead before it says that an epoch begins, so no order may be kept on the object.
_STEPS = '''
class Batches(keras.utils.PyDataset):
    """STEPS_PER_EPOCH batches an epoch; each epoch goes on where the one before it ended."""

    def __init__(self, samples, *arrays):
        super().__init__()
        self.samples, self.arrays = samples, arrays
        self.first, self.epoch = 0, 0

    def __len__(self):
        return STEPS_PER_EPOCH

    def __getitem__(self, step):
        # One pass over the samples may end within an epoch, or last for several.
        pass_number, step = divmod(self.first + step, -(-self.samples // BATCH_SIZE))
        rows = ROWS[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        return keras.tree.map_structure(lambda values: values[rows], self.arrays)

    def on_epoch_begin(self):
        self.first = self.epoch * STEPS_PER_EPOCH
        self.epoch += 1
'''
_ORDER = '''
@functools.lru_cache(maxsize=2)
def order_of(pass_number, samples):
    """Each pass over the samples has an order of its own, which follows from the seed."""
    generator = np.random.Generator(np.random.PCG64([SEED, 0x0D3, pass_number]))
    return generator.permutation(samples)
'''


def needs_batches(fit: FitSpec) -> bool:
    """Whether `model.fit` on bare arrays would read other samples in its steps."""
    return fit.shuffle or fit.steps_per_epoch is not None


def batches_text(fit: FitSpec) -> list[str]:
    """The class `Batches` and what stands before it."""
    if fit.steps_per_epoch is not None:
        if not fit.shuffle:
            return [_STEPS.replace("pass_number, step =", "_, step =").replace("ROWS", "np.arange(self.samples)")]
        return [_ORDER, _STEPS.replace("ROWS", "order_of(pass_number, self.samples)")]
    if any(phase.batch_size is not None for phase in fit.phases):
        text = _EPOCHS.replace("BATCH_SIZE", "self.batch_size")
        first = "        self.order, self.epoch"
        return [text.replace(first, f"        self.batch_size = BATCH_SIZE\n{first}")]
    return [_EPOCHS]
