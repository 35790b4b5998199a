"""Handwritten digits as every tutorial has them: a plain Keras script, from start to test accuracy."""

import argparse

import keras
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--model", default="dense", choices=["dense", "convnet", "lstm"])
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=3)
options = parser.parse_args()

keras.utils.set_random_seed(42)
with np.load(options.data) as arrays:
    x, y = arrays["x_train"].astype("float32") / 255, arrays["y_train"].astype("int32")
    x_test, y_test = arrays["x_test"].astype("float32") / 255, arrays["y_test"].astype("int32")
shape = {"dense": (784,), "convnet": (28, 28, 1), "lstm": (28, 28)}[options.model]
x, x_test = x.reshape(-1, *shape), x_test.reshape(-1, *shape)
x_val, y_val, x, y = x[:10_000], y[:10_000], x[10_000:], y[10_000:]

# As configs/mnist.yaml, mnist_cnn.yaml and mnist_lstm.yaml have them.
layers = {
    "dense": lambda: [keras.layers.Dense(512, activation="relu"), keras.layers.Dropout(0.5)],
    "convnet": lambda: [
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
    ],
    "lstm": lambda: [keras.layers.LSTM(64)],
}[options.model]()
optimizer = {
    "dense": lambda: keras.optimizers.Adam(),
    "convnet": lambda: keras.optimizers.Adam(2e-3),
    "lstm": lambda: keras.optimizers.Adam(3e-3, clipnorm=1.0),
}[options.model]()
callbacks = [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, factor=0.5)]
model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
ended = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, _logs: print(f"epoch {epoch + 1}", flush=True))
model.fit(
    x,
    y,
    batch_size=options.batch_size,
    epochs=options.epochs,
    validation_data=(x_val, y_val),
    callbacks=[*(callbacks if options.model == "lstm" else []), ended],
    verbose=0,
)
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.4f}")
