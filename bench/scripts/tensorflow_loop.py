"""The classic exercise as fast as TensorFlow does it by hand: one graph call an epoch, one kernel a layer's update."""

import argparse

import numpy as np
import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=3)
options = parser.parse_args()

tf.random.set_seed(42)
with np.load(options.data) as arrays:
    x, y = arrays["x_train"].reshape(-1, 784).astype("float32") / 255, arrays["y_train"].astype("int32")
    x_test, y_test = arrays["x_test"].reshape(-1, 784).astype("float32") / 255, arrays["y_test"].astype("int32")
x_val, y_val, x, y = x[:10_000], y[:10_000], x[10_000:], y[10_000:]


def glorot(rows, columns):
    limit = (6 / (rows + columns)) ** 0.5
    return tf.Variable(tf.random.uniform((rows, columns), -limit, limit))


weights = [glorot(784, 512), tf.Variable(tf.zeros(512)), glorot(512, 10), tf.Variable(tf.zeros(10))]
moments = [(tf.Variable(tf.zeros_like(one)), tf.Variable(tf.zeros_like(one))) for one in weights]
step = tf.Variable(0.0)
total_loss, total_right = tf.Variable(0.0), tf.Variable(0.0)
samples, labels = tf.constant(x), tf.constant(y)


def logits_of(batch, *, training):
    hidden = tf.nn.relu(tf.nn.bias_add(tf.matmul(batch, weights[0]), weights[1]))
    hidden = tf.nn.dropout(hidden, 0.5) if training else hidden
    return tf.nn.bias_add(tf.matmul(hidden, weights[2]), weights[3])


def measure(losses, logits, targets):
    total_loss.assign_add(tf.reduce_sum(losses))
    total_right.assign_add(tf.reduce_sum(tf.cast(tf.argmax(logits, 1, tf.int32) == targets, tf.float32)))


def train_step(rows):
    batch, targets = tf.gather(samples, rows), tf.gather(labels, rows)
    with tf.GradientTape() as tape:
        logits = logits_of(batch, training=True)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        loss = tf.reduce_mean(losses)
    step.assign_add(1.0)
    powers = tf.pow(0.9, step), tf.pow(0.999, step)
    for weight, gradient, (m, v) in zip(weights, tape.gradient(loss, weights), moments, strict=True):
        tf.raw_ops.ResourceApplyAdam(
            var=weight.handle, m=m.handle, v=v.handle, beta1_power=powers[0], beta2_power=powers[1], lr=1e-3,
            beta1=0.9, beta2=0.999, epsilon=1e-7, grad=gradient,
        )  # fmt: skip
    measure(losses, logits, targets)


@tf.function
def train(dataset):
    for rows in dataset:
        train_step(rows)


@tf.function
def test(batch, targets):
    logits = logits_of(batch, training=False)
    measure(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits), logits, targets)


def totals(count):
    found = float(total_loss) / count, float(total_right) / count
    total_loss.assign(0.0), total_right.assign(0.0)
    return found


orders = np.random.default_rng(42)
for epoch in range(options.epochs):
    rows = tf.data.Dataset.from_tensor_slices(orders.permutation(len(x))).batch(options.batch_size).prefetch(2)
    train(rows)
    totals(len(x))
    for start in range(0, len(x_val), 4096):
        test(x_val[start : start + 4096], y_val[start : start + 4096])
    totals(len(x_val))
    print(f"epoch {epoch + 1}", flush=True)
test(x_test, y_test)
print(f"test accuracy {totals(len(x_test))[1]:.4f}")
