"""Layers that one input of a model is given to, and small specs whose shapes need more than one."""

IMAGE = "[12, 10, 4]"
SEQUENCE = "[9, 6]"
FILM = "[5, 8, 6, 2]"
VECTOR = "[24]"
FREE = "[null, null, 3]"
WORDS = "{shape: [7], dtype: int32}"
TEXT = "{shape: [1], dtype: string}"

BY_INPUT = {
    IMAGE: [
        "Conv2D: {filters: 3, kernel_size: 3}",
        "Conv2D: {filters: 3, kernel_size: [3, 2], strides: 2}",
        "Conv2D: {filters: 4, kernel_size: 3, strides: 3, padding: same, groups: 2}",
        "Conv2D: {filters: 4, kernel_size: 3, dilation_rate: 2}",
        "Conv2D: {filters: 4, kernel_size: 3, dtype: float16}",
        "Conv2D: {filters: 4, kernel_size: 3, dtype: mixed_bfloat16}",
        "Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2}",
        "Conv2DTranspose: {filters: 3, kernel_size: 2, strides: 3}",
        "Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2, padding: same}",
        "Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2, output_padding: 1}",
        "Conv2DTranspose: {filters: 3, kernel_size: 4, strides: 2, padding: same, output_padding: 1}",
        "DepthwiseConv2D: {kernel_size: 3, depth_multiplier: 2}",
        "SeparableConv2D: {filters: 5, kernel_size: 3, padding: same}",
        "MaxPooling2D",
        "MaxPooling2D: {pool_size: 3, strides: 2}",
        "AveragePooling2D: {pool_size: [2, 3], padding: same}",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D: {keepdims: true}",
        "AdaptiveAveragePooling2D: {output_size: [3, 2]}",
        "AdaptiveMaxPooling2D: 4",
        "Flatten",
        "Reshape: [-1, 4]",
        "Reshape: [10, 48]",
        "Permute: [3, 1, 2]",
        "Cropping2D: [[1, 2], [3, 0]]",
        "Cropping2D: 2",
        "ZeroPadding2D: [[1, 2], [3, 0]]",
        "ZeroPadding2D: [1, 2]",
        "UpSampling2D: {size: [2, 3], interpolation: bilinear}",
        "Resizing: {height: 5, width: 7}",
        "CenterCrop: {height: 5, width: 7}",
        "RandomCrop: {height: 5, width: 7}",
        "RandomFlip: horizontal",
        "RandomRotation: 0.1",
        "RandomZoom: 0.1",
        "RandomTranslation: {height_factor: 0.1, width_factor: 0.1}",
        "RandomContrast: 0.1",
        "RandomBrightness: 0.1",
        "GaussianNoise: 0.1",
        "GaussianDropout: 0.1",
        "AlphaDropout: 0.1",
        "SpatialDropout2D: 0.1",
        "BatchNormalization",
        "LayerNormalization: {axis: [1, 2]}",
        "GroupNormalization: {groups: 2}",
        "UnitNormalization",
        "RMSNormalization",
        "Normalization: {mean: 0, variance: 1}",
        "Rescaling: 0.5",
        "PReLU",
        "LeakyReLU",
        "ELU",
        "Softmax",
        "Activation: gelu",
        "ActivityRegularization",
        "Identity",
        "Dense: 5",
        "TimeDistributed: {layer: {Conv1D: {filters: 3, kernel_size: 2}}}",
        "TimeDistributed: {layer: {LSTM: 3}}",
        "SpectralNormalization: {layer: {Conv2D: {filters: 2, kernel_size: 2}}}",
        "EinsumDense: {equation: 'bhwc,cd->bhwd', output_shape: [null, null, 3]}",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3, attention_axes: [2]}\n      inputs: [x, x]",
        "ops.mean: {axis: [1, 2]}",
        "ops.max: {axis: -1, keepdims: true}",
        "ops.transpose: {axes: [0, 3, 1, 2]}",
        "ops.get_item: ':, 1:-1, ::2'",
        "ops.get_item: '..., 0'",
        "ops.get_item: ':, None, 2'",
        "ops.expand_dims: {axis: 1}",
        "ops.expand_dims: {axis: [-1, 1]}",
        "ops.reshape: {newshape: [-1, 120, 4]}",
        "ops.swapaxes: {axis1: 1, axis2: -1}",
        "ops.argmax: {axis: -1}",
        "ops.add: {x2: 3}",
        "ops.subtract: {x1: 1.5}\n      inputs: {x2: x}",
        "ops.multiply:\n      inputs: [x, x]",
        "ops.stack: {axis: 2}\n      inputs: [x, x]",
        "ops.concatenate: {axis: 1}\n      inputs: [x, x]",
        "ops.greater: {x2: 0}",
        "ops.cast: {dtype: int32}",
        "ops.clip: {x_min: 0, x_max: 1}",
        "ops.softmax",
        "Add:\n      inputs: [x, x]",
        "Concatenate: {axis: 1}\n      inputs: [x, x]",
    ],
    SEQUENCE: [
        "LSTM: 3",
        "LSTM: {units: 3, return_sequences: true}",
        "LSTM: {units: 3, return_state: true} #:0",
        "GRU: {units: 3, return_sequences: true, return_state: true} #:0",
        "SimpleRNN: {units: 3, return_state: true} #:0",
        "RNN: {cell: [{LSTMCell: 3}, {GRUCell: 4}], return_sequences: true}",
        "RNN: {cell: {LSTMCell: 3}, return_state: true} #:0",
        "Bidirectional: {layer: {LSTM: 3}}",
        "Bidirectional: {layer: {LSTM: {units: 3, return_sequences: true}}, merge_mode: sum}",
        "Bidirectional: {layer: {GRU: {units: 3, return_state: true}}} #:0",
        "Bidirectional: {layer: {GRU: {units: 3, return_state: true}}, merge_mode: null} #:0",
        "TimeDistributed: {layer: {Dense: 3}}",
        "EinsumDense: {equation: '...x,xy->...y', output_shape: 5}",
        "EinsumDense: {equation: 'abc,cde->abde', output_shape: [9, 2, 3]}",
        "Conv1D: {filters: 3, kernel_size: 2, padding: causal, dilation_rate: 2}",
        "Conv1DTranspose: {filters: 3, kernel_size: 2, strides: 2}",
        "DepthwiseConv1D: 3",
        "SeparableConv1D: {filters: 3, kernel_size: 2, strides: 2}",
        "AveragePooling1D: 2",
        "MaxPooling1D: {pool_size: 3, strides: 1, padding: same}",
        "GlobalAveragePooling1D",
        "AdaptiveMaxPooling1D: 2",
        "UpSampling1D",
        "ZeroPadding1D: [1, 2]",
        "Cropping1D: [1, 2]",
        "Masking",
        "SpatialDropout1D: 0.1",
        "Dot: 1\n      inputs: [x, x]",
        "Dot: {axes: [2, 2]}\n      inputs: [x, x]",
        "Attention:\n      inputs: [x, x]",
        "AdditiveAttention:\n      inputs: [x, x, x]",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3, value_dim: 4, output_shape: 5}\n      inputs: [x, x]",
        "GroupQueryAttention: {head_dim: 3, num_query_heads: 4, num_key_value_heads: 2}\n      inputs: [x, x]",
        "ops.relu",
        "Parameter: {shape: [4, 2]}",
    ],
    FILM: [
        "Conv3D: {filters: 3, kernel_size: 2, strides: [1, 2, 2]}",
        "Conv3DTranspose: {filters: 3, kernel_size: 2, strides: 2}",
        "MaxPooling3D",
        "GlobalMaxPooling3D",
        "AdaptiveAveragePooling3D: 2",
        "UpSampling3D",
        "ZeroPadding3D: 1",
        "Cropping3D: [1, 2, 1]",
        "ConvLSTM2D: {filters: 3, kernel_size: 2}",
        "ConvLSTM2D: {filters: 3, kernel_size: 2, padding: same, return_sequences: true, return_state: true} #:0",
        "TimeDistributed: {layer: {Conv2D: {filters: 3, kernel_size: 2}}}",
        "SpatialDropout3D: 0.1",
    ],
    VECTOR: [
        "Dense: 3",
        "Reshape: [4, 6]",
        "RepeatVector: 3",
        "Flatten",
        "Discretization: {bin_boundaries: [0, 1]}",
        "Discretization: {bin_boundaries: [0, 1], output_mode: one_hot}",
        "Dot: 1\n      inputs: [x, x]",
        "ops.sqrt",
        "ops.sum: {axis: -1, keepdims: true}",
        "ops.exp",
        "Maximum:\n      inputs: [x, x]",
        "Subtract:\n      inputs: [x, x]",
    ],
    FREE: [
        "Conv2D: {filters: 3, kernel_size: 3}",
        "Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2}",
        "MaxPooling2D",
        "Flatten",
        "Reshape: [-1, 3]",
        "GlobalAveragePooling2D",
        "UpSampling2D",
        "ZeroPadding2D",
        "Cropping2D: 2",
        "Add:\n      inputs: [x, x]",
        "ops.add:\n      inputs: [x, x]",
        "Concatenate: {axis: 1}\n      inputs: [x, x]",
        "ops.get_item: ':, 1:, 2'",
    ],
    WORDS: [
        "Embedding: {input_dim: 9, output_dim: 4}",
        "CategoryEncoding: {num_tokens: 5}",
        "CategoryEncoding: {num_tokens: 5, output_mode: one_hot}",
        "IntegerLookup: {vocabulary: [1, 2], output_mode: multi_hot}",
        "IntegerLookup: {vocabulary: [1, 2]}",
        "Hashing: {num_bins: 3}",
        "Hashing: {num_bins: 3, output_mode: multi_hot}",
        "Dense: 3",
        "Reshape: [7, 1]",
        "Flatten",
        "Permute: [1]",
        "Rescaling: 0.1",
        "Dropout: 0.1",
        "ops.one_hot: {num_classes: 4}",
        "ops.add: {x2: 1}",
        "ops.cast: {dtype: float32}",
        "ops.equal: {x2: 0}",
    ],
    TEXT: [
        "StringLookup: {vocabulary: [a, b]}",
        "StringLookup: {vocabulary: [a, b], output_mode: one_hot}",
        "StringLookup: {vocabulary: [a, b], output_mode: one_hot, num_oov_indices: 2}",
        "TextVectorization: {vocabulary: [a, b], output_sequence_length: 5}",
        "TextVectorization: {vocabulary: [a, b]}",
        "Hashing: {num_bins: 3}",
    ],
}

_HALF = """\
dtype: mixed_float16
model:
  inputs: {x: [8, 6], n: {shape: [8], dtype: int32}}
  layers:
    - Embedding: {input_dim: 5, output_dim: 6}
      name: words
      inputs: n
    - Add:
      inputs: [x, words]
    - Reshape: [6, 8]
    - LSTM: {units: 3, return_sequences: true}
    - Flatten
    - ops.multiply: 0.5
    - Dense: {units: 3, dtype: float32}
"""
_SHARED = """\
model:
  inputs: {left: [8, 6], right: [5, 6]}
  layers:
    - Dense: 4
      name: first
      inputs: left
    - layer: first
      name: second
      inputs: right
    - Model:
        inputs: {steps: [null, 4]}
        layers:
          - LSTM: {units: 3, return_sequences: true}
            name: read
          - GlobalMaxPooling1D
      name: encoder
      inputs: first
    - layer: encoder
      name: again
      inputs: second
    - Concatenate:
      inputs: [encoder, again]
"""
_NESTED = """\
model:
  inputs: {x: [8]}
  layers:
    - Model:
        inputs: {a: [8]}
        layers:
          - Model:
              layers: [{Dense: 4}, {Dense: 3}]
            name: inner
          - Dense: 2
            name: other
        outputs: {left: inner, right: other}
      name: outer
    - Multiply:
      inputs: [outer:right, outer:1]
    - Dense: 3
      name: last
      inputs: outer:left
"""
_STATES = """\
model:
  inputs: {x: {shape: [8, 6], batch_size: 4}}
  layers:
    - LSTM: {units: 5, return_state: true}
      name: encoder
    - LSTM: {units: 5, return_sequences: true}
      inputs: {sequences: x, initial_state: [encoder:1, encoder:2]}
      name: decoder
    - MultiHeadAttention: {num_heads: 2, key_dim: 3}
      inputs: {query: decoder, value: decoder, use_causal_mask: true, return_attention_scores: true}
      name: attended
    - Attention:
      inputs: {inputs: [decoder, decoder], return_attention_scores: true}
      name: looked
  outputs: [attended:0, looked:1]
"""
_CHANNELS = """\
model:
  inputs: {x: [3, 12, 10]}
  layers:
    - ZeroPadding2D: {padding: 1, data_format: channels_first}
    - UpSampling2D: {size: 2, data_format: channels_first}
    - Permute: [2, 3, 1]
    - DepthwiseConv2D: {kernel_size: 3, data_format: channels_last}
    - GlobalAveragePooling2D: {data_format: channels_first}
"""
SPECS = {"half": _HALF, "shared": _SHARED, "nested": _NESTED, "states": _STATES, "channels": _CHANNELS}
