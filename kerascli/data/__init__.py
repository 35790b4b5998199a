"""`DataSpec` → `tf.data.Dataset`s: sources, splits, transforms, class names."""
