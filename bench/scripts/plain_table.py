"""A wide table as a plain Keras script has it: Arrow reads the CSV file, a Normalization learns, a small network follows."""

import argparse

import keras
import numpy as np
import pyarrow.csv

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=3)
options = parser.parse_args()

keras.utils.set_random_seed(42)
table = pyarrow.csv.read_csv(options.data)
names = [name for name in table.column_names if name != "y"]
x = np.stack([table[name].to_numpy() for name in names], axis=1).astype("float32")
y = table["y"].to_numpy().astype("float32")[:, None]
held_out = len(x) // 5
normalization = keras.layers.Normalization()
normalization.adapt(x[held_out:])
x = np.asarray(normalization(x))
x_val, y_val, x, y = x[:held_out], y[:held_out], x[held_out:], y[held_out:]

model = keras.Sequential(
    [keras.Input((x.shape[1],)), keras.layers.Dense(64, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
ended = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, _logs: print(f"epoch {epoch + 1}", flush=True))
model.fit(
    x, y, batch_size=options.batch_size, epochs=options.epochs, validation_data=(x_val, y_val), callbacks=[ended], verbose=0
)  # fmt: skip
