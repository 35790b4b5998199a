"""Which calls of a saved model give several tensors, so that a reader must say which one it means."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.spec.keras_config.graph import Call, leaves

# Operations that give a list or a tuple of tensors.
_OPERATIONS = {
    *("ArraySplit", "Dsplit", "Hsplit", "Split", "Vsplit", "Unstack", "Meshgrid", "Nonzero", "Histogram", "Unique"),
    *("Eig", "Eigh", "LuFactor", "Qr", "Slogdet", "SVD", "Lstsq", "Jvp"),
    *("Moments", "TopK", "CTCDecode", "FFT", "FFT2", "IFFT2", "RFFT", "STFT", "Scan"),
}
_CELLS = {"SimpleRNNCell", "GRUCell", "LSTMCell", "StackedRNNCells"}


def gives_several(call: Call) -> bool:
    """Whether the class, the arguments and the call of a layer say that it gives several tensors."""
    name = str(call.layer["class_name"])
    config = call.layer.get("config") or {}
    if name in ("Functional", "Model"):
        return len(list(leaves(config["output_layers"]))) > 1
    if str(call.layer.get("module")).startswith("keras.src.ops."):
        return name in _OPERATIONS
    inner = config.get("layer")
    wrapped = inner.get("config", {}) if isinstance(inner, Mapping) else {}
    if config.get("return_state") or (name == "Bidirectional" and wrapped.get("return_state")):
        return True
    return name in _CELLS or call.keywords.get("return_attention_scores") is True
