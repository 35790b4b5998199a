"""From the data section to arrays: the whole way, on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.data.fingerprint import Fingerprint
from kerascli.data.prepared_data import PreparedData
from kerascli.data.splits import Tables
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, ExitCode, KerascliError, SpecError

Prepare = Callable[..., PreparedData]

PENGUINS = """\
species,bill,flipper,island,mass
Adelie,39.1,181,Biscoe,3750
Gentoo,46.1,211,Dream,4500
Chinstrap,46.5,192,Dream,3500
Adelie,36.7,193,Biscoe,3450
Gentoo,50.0,230,Biscoe,5700
"""


@pytest.fixture
def penguins(tmp_path: Path) -> str:
    (tmp_path / "penguins.csv").write_text(PENGUINS)
    return "source: {csv: penguins.csv}\n"


def _fault(call: Callable[[], Any]) -> Any:
    with pytest.raises(KerascliError) as caught:
        call()
    return caught.value.diagnostics[0]


def test_a_table_of_numbers_and_text(prepared: Prepare, penguins: str) -> None:
    section = """
inputs:
  measures: {fields: [bill, flipper], transform: [Normalization]}
  island: {field: island, transform: [{StringLookup: {output_mode: one_hot}}]}
targets: {y: species}
"""
    model = "{measures: [2], island: [3]}"
    layers = "    - Concatenate:\n      inputs: [measures, island]\n"
    found = prepared(penguins + section, inputs=model, before=layers, units=3, loss="sparse_categorical_crossentropy")
    x = found.train().x
    assert list(x) == ["measures", "island"]
    np.testing.assert_allclose(x["measures"].mean(0), [0, 0], atol=1e-5)
    # The most frequent is the first after the unknown one.
    assert x["island"].argmax(1).tolist() == [1, 2, 2, 1, 1]


def test_the_transforms_learn_from_the_training_split_alone(prepared: Prepare, penguins: str) -> None:
    found = prepared(
        penguins + "inputs: {x: {fields: [bill, flipper], transform: [Normalization]}}\ntargets: {y: mass}\n"
        "validation: {count: 2, shuffle: false}\n"
    )
    train = np.array([[46.5, 192], [36.7, 193], [50.0, 230]], np.float32)
    expected = (train - train.mean(0)) / train.std(0)
    np.testing.assert_allclose(found.train().x["x"], expected, rtol=1e-4)
    validation = found.validation()
    assert validation is not None
    held_out = np.array([[39.1, 181], [46.1, 211]], np.float32)
    np.testing.assert_allclose(validation.x["x"], (held_out - train.mean(0)) / train.std(0), rtol=1e-4)


def test_a_column_of_numbers_gets_the_last_axis_of_the_models_input(prepared: Prepare, penguins: str) -> None:
    found = prepared(penguins + "inputs: {x: bill}\ntargets: {y: mass}\n", inputs="{x: [1]}")
    assert found.train().x["x"].shape == (5, 1)
    found = prepared(penguins + "inputs: {x: bill}\ntargets: {y: mass}\n", inputs="{x: []}")
    assert found.train().x["x"].shape == (5,)


def test_a_column_of_numbers_gets_the_last_axis_of_the_models_output(prepared: Prepare, penguins: str) -> None:
    found = prepared(penguins + "inputs: {x: bill}\ntargets: {y: mass}\n", inputs="{x: [1]}")
    assert found.train().y["y"].shape == (5,)
    assert found.with_output_shapes({"y": (None, 1)}).train().y["y"].shape == (5, 1)
    assert found.with_output_shapes({"y": (None, 3)}).train().y["y"].shape == (5,)


def test_texts_are_classes_and_their_names_are_kept(prepared: Prepare, penguins: str) -> None:
    found = prepared(
        penguins + "inputs: {x: bill}\ntargets: {y: species}\n",
        inputs="{x: [1]}",
        units=3,
        loss="sparse_categorical_crossentropy",
    )
    assert found.train().y["y"].tolist() == [0, 2, 1, 0, 2]
    assert found.facts()["classes"] == {"y": ["Adelie", "Chinstrap", "Gentoo"]}


def test_fields_are_inferred_by_name_and_by_what_is_left(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", pixels=np.ones((3, 2)), y=np.arange(3))
    found = prepared("source: {npz: d.npz}\n")
    assert found.data.inputs is not None and found.data.targets is not None
    assert [(field.name, field.fields) for field in found.data.inputs] == [("x", ("pixels",))]
    assert [(field.name, field.fields) for field in found.data.targets] == [("y", ("y",))]


def test_what_can_not_be_inferred_says_what_to_write(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", a=np.ones((3, 2)), b=np.ones((3, 2)), y=np.arange(3))
    fault = _fault(lambda: prepared("source: {npz: d.npz}\n"))
    assert (fault.code, fault.status) == ("ambiguous-field", ExitCode.SPEC)
    assert "'a', 'b'" in fault.message and fault.hint == "write 'data.inputs: {x: FIELD}'"


def test_a_field_that_the_source_lacks_is_the_datas_fault(prepared: Prepare, penguins: str) -> None:
    fault = _fault(lambda: prepared(penguins + "inputs: {x: bil}\ntargets: {y: mass}\n", inputs="{x: [1]}"))
    assert (fault.code, fault.status, fault.hint) == ("unknown-field", ExitCode.DATA, "did you mean 'bill'?")
    assert fault.span.excerpt.strip() == "inputs: {x: bil}" and fault.span.column == fault.span.excerpt.index("bil") + 1


def test_a_written_shape_that_the_data_does_not_have(prepared: Prepare, penguins: str) -> None:
    fault = _fault(lambda: prepared(penguins + "inputs: {x: bill}\ntargets: {y: mass}\n", inputs="{x: [2]}"))
    assert (fault.code, fault.status) == ("shape", ExitCode.DATA)
    assert "samples of shape [1], the model takes [2]" in fault.message


def test_text_for_a_model_of_numbers_needs_a_transform(prepared: Prepare, penguins: str) -> None:
    fault = _fault(lambda: prepared(penguins + "inputs: {x: island}\ntargets: {y: mass}\n", inputs="{x: [1]}"))
    assert "'island' is text" in fault.message and "StringLookup" in fault.hint


def test_missing_values_matter_only_where_they_are_read(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,b,y\n1,,3\n2,5,4\n")
    source = "source: {csv: d.csv}\ntargets: y\n"
    assert prepared(source + "inputs: {x: a}\n", inputs="{x: [1]}").train().samples == 2
    fault = _fault(lambda: prepared(source + "inputs: {x: b}\n", inputs="{x: [1]}"))
    assert fault.code == "missing-value" and fault.status == ExitCode.DATA
    assert fault.message.endswith("in 'b', the first is row 1 (line 2) of d.csv")


def test_a_missing_label_is_named_with_its_line_after_a_split(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x,y\n" + "1,cat\n" * 5 + "1,\n" + "1,dog\n")
    call = lambda: prepared("source: {csv: d.csv}\nvalidation: {count: 2, shuffle: false}\n", inputs="{x: [1]}")  # noqa: E731
    assert _fault(call).message == "1 row has no label in 'y', the first is row 6 (line 7) of d.csv"


def test_a_label_that_training_did_not_have_is_named_in_validation(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("x,y\n1,wolf\n1,cat\n1,dog\n")
    found = prepared("source: {csv: d.csv}\nvalidation: {count: 1, shuffle: false}\n", inputs="{x: [1]}")
    fault = _fault(found.validation)
    assert fault.message == "'wolf' is no class of 'y', at row 1 (line 2) of d.csv"


def test_labels_beyond_the_outputs_are_the_datas_fault(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((4, 2)), y=np.array([0, 1, 2, 3]))
    found = prepared("source: {npz: d.npz}\n", units=3, loss="sparse_categorical_crossentropy")
    fault = _fault(found.with_output_shapes({"y": (None, 3)}).train)
    assert (fault.code, fault.status) == ("label-range", ExitCode.DATA)
    assert "the label 3 at row 4 of d.npz is no class of 'y'" in fault.message
    found.with_output_shapes({"y": (None, 4)}).train()


def test_names_for_more_classes_than_outputs_are_found_too(prepared: Prepare, penguins: str) -> None:
    found = prepared(
        penguins + "inputs: {x: bill}\ntargets: {y: species}\n",
        inputs="{x: [1]}",
        units=2,
        loss="sparse_categorical_crossentropy",
    )
    assert _fault(found.with_output_shapes({"y": (None, 2)}).train).code == "label-range"


def test_the_label_that_a_loss_ignores_passes(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((3, 2)), y=np.array([0, -1, 1]))
    loss = "{SparseCategoricalCrossentropy: {ignore_class: -1}}"
    found = prepared("source: {npz: d.npz}\n", units=2, loss=loss).with_output_shapes({"y": (None, 2)})
    assert found.train().y["y"].tolist() == [0, -1, 1]


def test_fractions_for_a_model_of_integers_are_refused(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.array([[0, 1], [2, 2.5]]), y=np.arange(2))
    fault = _fault(lambda: prepared("source: {npz: d.npz}\n", inputs="{x: {shape: [2], dtype: int32}}"))
    assert fault.code == "dtype" and "can't hold 2.5 at row 2 of d.npz" in fault.message


def test_a_target_of_classes_takes_no_transform(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((3, 2)), y=np.arange(3))
    section = "source: {npz: d.npz}\ntargets: {y: {classes: [0, 1, 2], transform: [Normalization]}}\n"
    fault = _fault(lambda: prepared(section))
    assert (fault.code, fault.status) == ("target-transform", ExitCode.SPEC)


def test_a_transformed_target_is_learnt_and_undone(prepared: Prepare, penguins: str) -> None:
    section = penguins + "inputs: {x: bill}\ntargets: {y: {field: mass, transform: [Normalization]}}\n"
    found = prepared(section, inputs="{x: [1]}").with_output_shapes({"y": (None, 1)})
    y = found.train().y["y"]
    assert y.shape == (5, 1)
    np.testing.assert_allclose([y.mean(), y.std()], [0, 1], atol=1e-5)
    target = found.preprocessing.target("y")
    assert target is not None and target.inverse is not None
    np.testing.assert_allclose(target.inverse(y)[:, 0], [3750, 4500, 3500, 3450, 5700], rtol=1e-5)


def test_a_target_with_a_written_normalization(prepared: Prepare, penguins: str) -> None:
    transform = "[{Normalization: {mean: 4000, variance: 250000}}]"
    section = penguins + f"inputs: {{x: bill}}\ntargets: {{y: {{field: mass, transform: {transform}}}}}\n"
    found = prepared(section, inputs="{x: [1]}")
    assert found.train().y["y"].tolist() == [-0.5, 1.0, -1.0, pytest.approx(-1.1), pytest.approx(3.4)]


def test_inferred_shapes_are_those_of_the_transformed_field(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", image=np.ones((3, 4, 4), np.uint8), y=np.arange(3))
    section = "source: {npz: d.npz}\ninputs: {x: {field: image, transform: [{Reshape: [16]}]}}\n"
    facts = prepared(section, inputs=None).facts()
    assert facts["inputs"] == {"x": [[16], "int32"]}


def test_the_facts_for_the_record(prepared: Prepare, penguins: str) -> None:
    found = prepared(penguins + "inputs: {x: bill}\ntargets: {y: mass}\nvalidation: 1\ntest: 1\n", inputs="{x: [1]}")
    facts = found.facts()
    assert facts["samples"] == {"train": 3, "validation": 1, "test": 1}
    assert facts["source"] == "csv" and facts["inputs"] == {"x": [[1], "float32"]}
    assert len(facts["fingerprint"]) == 64


def fingerprint(tables: Tables) -> str:
    found = Fingerprint()
    for name, rows in tables.by_name.items():
        for block in rows.blocks(size=2):
            found.add(name, block)
    return found.hexdigest()


def _print(**fields: Any) -> str:
    return fingerprint(Tables(make_table({name: np.asarray(array) for name, array in fields.items()}, "x"), None, None))


def test_the_fingerprint_sees_every_change() -> None:
    base = {"a": np.arange(6, dtype=np.int32), "t": np.array(["x", "y", "z", "ü", "", "w"])}
    changes = [
        {**base, "a": base["a"].astype(np.int64)},
        {**base, "a": base["a"].reshape(6, 1)},
        {**base, "a": base["a"][::-1]},
        {**base, "t": np.array(["x", "y", "z", "u", "", "w"])},
        {"b": base["a"], "t": base["t"]},
        {"a": base["a"]},
    ]
    assert len({_print(**base), *(_print(**change) for change in changes)}) == len(changes) + 1
    assert _print(**base) == _print(t=base["t"], a=base["a"].astype(">i4").astype("<i4"))
    assert _print(**base) == _print(**{**base, "a": np.stack([base["a"]] * 2)[1]})


def test_the_fingerprint_is_the_same_for_every_order_of_bytes_and_knows_the_splits() -> None:
    table = make_table({"a": np.arange(4, dtype=">f8")}, "x")
    little = make_table({"a": np.arange(4, dtype="<f8")}, "x")
    assert fingerprint(Tables(table, None, None)) == fingerprint(Tables(little, None, None))
    assert fingerprint(Tables(table, table, None)) != fingerprint(Tables(table, None, table))
    # Written out: a run made elsewhere is compared with it.
    assert fingerprint(Tables(little, None, None)) == (
        "48f38ab3130a414614b2bd37261c5873dd0841d7fdbd7344b0fa0c2546d442a6"
    )


def _raw(found: PreparedData, table: Table) -> np.ndarray:
    return found.preprocessing.x(table)["x"]


def test_the_only_array_of_a_file_goes_to_the_only_input(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((3, 2)), y=np.arange(3))
    found = prepared("source: {npz: d.npz}\n")
    array = np.full((4, 2), 5.0)
    assert _raw(found, make_table({"digits": array}, "digits.npy")).tolist() == array.tolist()
    # A column of a table has a name that means something.
    column = make_table({"digits": array}, "digits.parquet")
    assert _fault(lambda: _raw(found, column)).code == "unknown-field"
    two = make_table({"digits": array, "other": array}, "two.npz")
    assert _fault(lambda: _raw(found, two)).code == "unknown-field"


def test_later_data_must_have_the_shape_that_training_inferred(prepared: Prepare, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x=np.ones((3, 2)), y=np.arange(3))
    found = prepared("source: {npz: d.npz}\ninputs: x\n", inputs=None)
    with pytest.raises(DataError, match=r"shape \[3\], the model takes \[2\]"):
        _raw(found, make_table({"x": np.ones((2, 3))}, "later.npz"))


def test_a_target_that_is_lost_in_its_transform(prepared: Prepare, penguins: str) -> None:
    section = penguins + "inputs: {x: bill}\ntargets: {y: {fields: [mass], transform: [{Rescaling: 0}]}}\n"
    with pytest.raises(SpecError, match="by 0"):
        prepared(section, inputs="{x: [1]}")


def test_a_text_target_can_not_be_normalized(prepared: Prepare, penguins: str) -> None:
    section = penguins + "inputs: {x: bill}\ntargets: {y: {field: species, transform: [Normalization]}}\n"
    assert _fault(lambda: prepared(section, inputs="{x: [1]}")).code == "target-transform"
