"""The table of what numbers the arguments of Keras's classes may be; Keras itself takes many others in silence.

Each is an interval as mathematics writes it: a square bracket for an end that belongs to it, a round one for an end that
does not. Of a list, every item must lie in it.

Source: the docstrings and checks of Keras 3.15; what it takes without a word was tried out.
"""

from __future__ import annotations

from collections.abc import Mapping

_COUNT, _POSITIVE, _NOT_NEGATIVE = "[1, inf)", "(0, inf)", "[0, inf)"
_SHARE, _UNIT = "[0, 1)", "[0, 1]"

Table = Mapping[str, Mapping[str, str]]

# Group, then parameter: in every class of the group that has it.
ALLOWED: Table = {
    "layers": {
        "cropping": _NOT_NEGATIVE,
        "depth_multiplier": _COUNT,
        "dilation_rate": _COUNT,
        "dropout": _SHARE,
        "epsilon": _NOT_NEGATIVE,
        "filters": _COUNT,
        "groups": _COUNT,
        "head_dim": _COUNT,
        "height": _COUNT,
        "input_dim": _COUNT,
        "kernel_size": _COUNT,
        "key_dim": _COUNT,
        "lora_rank": _COUNT,
        "max_tokens": "[2, inf)",
        "num_bins": _COUNT,
        "num_heads": _COUNT,
        "num_key_value_heads": _COUNT,
        "num_query_heads": _COUNT,
        "num_tokens": _COUNT,
        "output_dim": _COUNT,
        "output_sequence_length": _COUNT,
        "padding": _NOT_NEGATIVE,
        "pool_size": _COUNT,
        "recurrent_dropout": _SHARE,
        "strides": _COUNT,
        "units": _COUNT,
        "value_dim": _COUNT,
        "variance": _NOT_NEGATIVE,
        "width": _COUNT,
    },
    "optimizers": {
        "adam_beta_1": _SHARE,
        "adam_beta_2": _SHARE,
        "adam_weight_decay": _NOT_NEGATIVE,
        "beta_1": _SHARE,
        "beta_2": _SHARE,
        "clip_threshold": _POSITIVE,
        "clipnorm": _POSITIVE,
        "clipvalue": _POSITIVE,
        "dynamic_growth_steps": _COUNT,
        "ema_momentum": _SHARE,
        "ema_overwrite_frequency": _COUNT,
        "epsilon": _NOT_NEGATIVE,
        "epsilon_1": _NOT_NEGATIVE,
        "epsilon_2": _NOT_NEGATIVE,
        "global_clipnorm": _POSITIVE,
        "gradient_accumulation_steps": "[2, inf)",
        "initial_accumulator_value": _NOT_NEGATIVE,
        "initial_scale": _POSITIVE,
        "l1_regularization_strength": _NOT_NEGATIVE,
        "l2_regularization_strength": _NOT_NEGATIVE,
        "l2_shrinkage_regularization_strength": _NOT_NEGATIVE,
        "learning_rate": _NOT_NEGATIVE,
        "learning_rate_power": "(-inf, 0]",
        "loss_scale_factor": _POSITIVE,
        "momentum": _SHARE,
        "ns_steps": _COUNT,
        "rho": _SHARE,
        "warmup_steps": _NOT_NEGATIVE,
        "weight_decay": _NOT_NEGATIVE,
    },
    "schedules": {
        "alpha": _NOT_NEGATIVE,
        "boundaries": _NOT_NEGATIVE,
        "decay_rate": _NOT_NEGATIVE,
        "decay_steps": _POSITIVE,
        "end_learning_rate": _NOT_NEGATIVE,
        "first_decay_steps": _POSITIVE,
        "initial_learning_rate": _NOT_NEGATIVE,
        "m_mul": _POSITIVE,
        "power": _POSITIVE,
        "t_mul": _POSITIVE,
        "values": _NOT_NEGATIVE,
        "warmup_steps": _NOT_NEGATIVE,
        "warmup_target": _NOT_NEGATIVE,
    },
    "losses": {"gamma": _NOT_NEGATIVE, "label_smoothing": _SHARE, "margin": _UNIT},
    "metrics": {
        "beta": _POSITIVE,
        "class_id": _NOT_NEGATIVE,
        "k": _COUNT,
        "label_smoothing": _SHARE,
        "num_classes": _COUNT,
        "num_regressors": _NOT_NEGATIVE,
        "num_thresholds": _COUNT,
        "precision": _UNIT,
        "recall": _UNIT,
        "sensitivity": _UNIT,
        "specificity": _UNIT,
        "thresholds": _UNIT,
        "top_k": _COUNT,
    },
    "callbacks": {
        "cooldown": _NOT_NEGATIVE,
        "factor": "(0, 1)",
        "histogram_freq": _NOT_NEGATIVE,
        "max_to_keep": _COUNT,
        "min_lr": _NOT_NEGATIVE,
        "patience": _NOT_NEGATIVE,
        "save_freq": _COUNT,
        "start_from_epoch": _NOT_NEGATIVE,
    },
    "regularizers": {"factor": _NOT_NEGATIVE, "l1": _NOT_NEGATIVE, "l2": _NOT_NEGATIVE},
    "constraints": {"max_value": _POSITIVE, "min_value": _NOT_NEGATIVE, "rate": _UNIT},
    "initializers": {"scale": _POSITIVE, "stddev": _NOT_NEGATIVE},
}

# Class, then parameter: where a class is stricter or freer than its group, or the word means something else elsewhere.
ALLOWED_IN: Table = {
    "AUC": {"num_thresholds": "[2, inf)"},
    "ActivityRegularization": {"l1": _NOT_NEGATIVE, "l2": _NOT_NEGATIVE},
    "AlphaDropout": {"rate": _SHARE},
    "BatchNormalization": {"momentum": _SHARE},
    "BinaryFocalCrossentropy": {"alpha": _UNIT},
    "CategoricalFocalCrossentropy": {"alpha": _NOT_NEGATIVE},
    "CategoricalGeneralizedCrossEntropy": {"q": "(0, 1)"},
    "Circle": {"gamma": _POSITIVE},
    "Dropout": {"rate": _SHARE},
    "F1Score": {"threshold": "(0, 1]"},
    "FBetaScore": {"threshold": "(0, 1]"},
    "GaussianDropout": {"rate": _SHARE},
    "GaussianNoise": {"stddev": _UNIT},
    "GroupNormalization": {"groups": "[-1, -1] or [1, inf)"},
    "Huber": {"delta": _POSITIVE},
    "LeakyReLU": {"negative_slope": _NOT_NEGATIVE},
    "RandomBrightness": {"factor": "[-1, 1]"},
    "RandomContrast": {"factor": _UNIT},
    "RandomRotation": {"factor": "[-1, 1]"},
    "RandomTranslation": {"height_factor": "[-1, 1]", "width_factor": "[-1, 1]"},
    "RandomZoom": {"height_factor": "[-1, 1]", "width_factor": "[-1, 1]"},
    "ReLU": {"max_value": _POSITIVE, "negative_slope": _NOT_NEGATIVE, "threshold": _NOT_NEGATIVE},
    "Rescaling": {"scale": "(-inf, 0) or (0, inf)"},
    "RepeatVector": {"n": _COUNT},
    "SpatialDropout1D": {"rate": _SHARE},
    "SpatialDropout2D": {"rate": _SHARE},
    "SpatialDropout3D": {"rate": _SHARE},
    "Tversky": {"alpha": _NOT_NEGATIVE, "beta": _NOT_NEGATIVE},
    "UpSampling1D": {"size": _COUNT},
    "UpSampling2D": {"size": _COUNT},
    "UpSampling3D": {"size": _COUNT},
}

# What is allowed, but hardly meant outside of these.
USUAL: Table = {
    "optimizers": {
        "adam_weight_decay": _UNIT,
        "epsilon": "(0, 1]",
        "learning_rate": "(0, 10]",
        "weight_decay": _UNIT,
    },
    "schedules": {
        "alpha": _UNIT,
        "end_learning_rate": "[0, 10]",
        "initial_learning_rate": "[0, 10]",
        "values": "[0, 10]",
        "warmup_target": "[0, 10]",
    },
    "callbacks": {"min_delta": _NOT_NEGATIVE},
}

USUAL_IN: Table = {
    # Above 1 the rate grows until nothing is finite.
    "ExponentialDecay": {"decay_rate": "(0, 1]"},
}
