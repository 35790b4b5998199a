"""`ModelSpec` and `CompileSpec` → a compiled `keras.Model`."""
