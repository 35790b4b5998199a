"""The classic exercise as every tutorial has it: a plain Keras script, from start to test accuracy."""

import argparse
import time

import keras
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--model", default="dense", choices=["dense", "convnet", "lstm"])
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--samples", type=int, default=50_000)
options = parser.parse_args()

keras.utils.set_random_seed(42)
with np.load(options.data) as arrays:
    x, y = arrays["x_train"].astype("float32") / 255, arrays["y_train"].astype("int32")
    x_test, y_test = arrays["x_test"].astype("float32") / 255, arrays["y_test"].astype("int32")
shape = {"dense": (784,), "convnet": (28, 28, 1), "lstm": (28, 28)}[options.model]
x, x_test = x.reshape(-1, *shape), x_test.reshape(-1, *shape)
x_val, y_val, x, y = x[:10_000], y[:10_000], x[10_000 : 10_000 + options.samples], y[10_000 : 10_000 + options.samples]

layers = {
    "dense": lambda: [keras.layers.Dense(512, activation="relu"), keras.layers.Dropout(0.5)],
    "convnet": lambda: [
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
    ],
    "lstm": lambda: [keras.layers.LSTM(32)],
}[options.model]()
model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])


class Times(keras.callbacks.Callback):
    """The seconds of each epoch, validation included."""

    def on_epoch_begin(self, _epoch, _logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, _epoch, _logs=None):
        print(f"seconds {time.perf_counter() - self.began:.4f}")


model.fit(
    x,
    y,
    batch_size=options.batch_size,
    epochs=options.epochs,
    validation_data=(x_val, y_val),
    callbacks=[Times()],
    verbose=0,
)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}")
