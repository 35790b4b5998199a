"""The resolved spec says every key of `data` as it was meant: read again it is the same data, and stays the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

SOURCES = [
    "{csv: {path: a.csv, columns: {d: date}}}",
    "{parquet: 'a*.parquet'}",
    "{jsonl: a.jsonl.gz}",
    "{tfrecord: {path: a, features: {x: {shape: [8], dtype: float32}, y: int64}, compression: GZIP}}",
    "{images: {folder: a, size: [8, 9], channels: 1, interpolation: area, pad_to_aspect_ratio: true}}",
    "{text: {folder: a, encoding: latin-1}}",
    "{imdb: {num_words: 100}}",
    "{cifar100: {label_mode: coarse}}",
]
FIELDS = [
    "{missing: mean}",
    "{missing: median}",
    "{missing: {value: -1.5}}",
    "{missing: {value: unknown}}",
    "{missing: {value: '1'}}",
    "{pad: 7}",
    "{pad: {side: pre}}",
    "{pad: {length: 7, side: pre, value: -1}}",
    "{read: image}",
    "{read: {image: {size: [8, 9], channels: 4, interpolation: nearest, crop_to_aspect_ratio: true, folder: pics}}}",
    "{read: {audio: {length: 800, channels: 2}}}",
    "{read: {text: {encoding: latin-1}}}",
    "{read: npy}",
    "{augment: [{RandomFlip: horizontal}, {RandomRotation: 0.1}]}",
    "{transform: [{Rescaling: 1/255}], augment: RandomFlip}",
]
SECTIONS = [
    "augment: [{MixUp: 0.2}]",
    "augment: CutMix",
    "window: {sequence_length: 24}",
    "window: {sequence_length: 24, sequence_stride: 2, sampling_rate: 3, horizon: 0, group: label}",
    "cache: disk",
    "cache: none",
    "on_error: skip",
    "validation: {images: {folder: b, size: [8, 9]}}",
    "test: {fraction: 0.2, order: label}",
]


def _text(source: str = "{images: a}", field: str = "{}", section: str = "") -> str:
    return f"""
data:
  source: {source}
  inputs: {{x: {field.replace("{", "{field: image, ", 1).replace(", }", "}")}}}
  targets: {{y: label}}
  {section}
model:
  inputs: {{x: [4]}}
  layers: [{{Dense: 1, name: y}}]
"""


CASES = [
    *(_text(source).replace("image,", "x,").replace("field: image", "field: x") for source in SOURCES[:4]),
    *(_text(source) for source in SOURCES[4:5]),
    _text(SOURCES[5]).replace("field: image", "field: text"),
    _text(SOURCES[6]).replace("field: image", "field: sequence"),
    _text(SOURCES[7]),
    *(_text(field=field) for field in FIELDS),
    *(_text(section=section) for section in SECTIONS),
]


@pytest.mark.parametrize("text", CASES, ids=[*SOURCES, *FIELDS, *SECTIONS])
def test_the_resolved_spec_is_the_same_data(text: str, write_spec: Callable[..., Path], tmp_path: Path) -> None:
    first = load_spec(write_spec(text))
    # Without Keras's defaults nothing is added, so that the parsed sections are equal; in another folder, paths hold.
    (tmp_path / "other").mkdir()
    short = load_spec(write_spec(dump_spec(first, defaults=False), "other/short.yaml"))
    assert short.data == first.data
    full = dump_spec(first)
    again = load_spec(write_spec(full, "other/full.yaml"))
    assert dump_spec(again) == full.replace("name: spec\n", f"name: {again.name}\n")
    assert first.data is not None and again.data is not None
    for word in ("window", "cache", "on_error"):
        assert getattr(again.data, word) == getattr(first.data, word)
    for one, other in zip(again.data.inputs or (), first.data.inputs or (), strict=True):
        assert (one.missing, one.pad) == (other.missing, other.pad)
