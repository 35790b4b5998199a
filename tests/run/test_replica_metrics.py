"""The sums of each replica are taken and put back as they are: their total alone would go on with other last bits."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """\
import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras
import numpy as np
from kerascli.run.replica_metrics import give_to_replicas, values_of_replicas

mean = keras.metrics.Mean()
mean.update_state(0.5)
assert values_of_replicas(mean.variables) is None
give_to_replicas(mean.variables, None)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    metrics = [keras.metrics.Mean(), keras.metrics.AUC(num_thresholds=5)]
    variables = [variable for metric in metrics for variable in metric.variables]

    @tf.function
    def update():
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        metrics[0].update_state(tf.cast(replica, tf.float32) * 0.3 + 0.1)
        metrics[1].update_state([0.0, 1.0], [0.2, 0.9])

    strategy.run(update)
    values = values_of_replicas(variables)
    np.testing.assert_array_equal(values[:, 0], np.float32([0.1, 0.4]))
    totals = [keras.ops.convert_to_numpy(variable) for variable in variables]
    for variable, total in zip(variables, totals, strict=True):
        variable.assign(total)
    assert values_of_replicas(variables)[0, 0] != values[0, 0]
    # Of another number of replicas: left as it is.
    give_to_replicas(variables, values[:1])
    assert values_of_replicas(variables)[0, 0] != values[0, 0]
    give_to_replicas(variables, values)
    np.testing.assert_array_equal(values_of_replicas(variables), values)
    for variable, total in zip(variables, totals, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(variable), total)
"""


def test_sums_of_replicas_are_put_back() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
