"""`DataSpec` → Python: read, split, transform, and hand out the arrays that the model takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from kerascli.errors import SpecError
from kerascli.spec.data_spec import DataSpec, FieldSpec, SplitSpec
from kerascli.spec.model_spec import InputSpec, ModelSpec
from kerascli.translate.script.components import expression
from kerascli.translate.script.facts import DataFacts
from kerascli.translate.script.python_text import WIDTH, Call, Source, assign, blocks, render
from kerascli.translate.script.refusals import refuse_data
from kerascli.translate.script.weights_text import sample_weights

_TAKE = '''
def take(fields, rows):
    """Some of the samples."""
    return {name: values[rows] for name, values in fields.items()}
'''
_SHUFFLED = '''
def shuffled(samples):
    """An order that is the same on every machine."""
    return np.random.Generator(np.random.PCG64([SEED, 0x5911])).permutation(samples)
'''
_STANDARD = "float32"


class DataText:
    """Writes the data part of a script.

    Attributes:
        imports: The modules that it needs beside Keras and NumPy.
    """

    def __init__(self, data: DataSpec, model: ModelSpec, facts: DataFacts) -> None:
        """Takes the data section with every field found."""
        self.data, self.model, self.facts = data, model, facts
        self.imports: set[str] = set()

    def text(self) -> str:
        """All of it.

        Raises:
            SpecError: A script can't say something of it, at its place.
        """
        refuse_data(self.data)
        source = self._source()
        columns = [self._column(one, target=False) for one in self.data.inputs or ()]
        columns += [self._column(one, target=True) for one in self.data.targets or ()]
        splits = self._splits()
        helpers = [_TAKE] if "take(" in splits else []
        helpers += [_SHUFFLED] if "shuffled(" in splits else []
        return blocks([*helpers, source, splits, *columns, self._hand_out()])

    def _source(self) -> str:
        name = self.data.source.name
        if name == "mnist":
            return (
                "(images, labels), (test_images, test_labels) = keras.datasets.mnist.load_data()\n"
                'data = {"image": images, "label": labels}\n'
                'test = {"image": test_images, "label": test_labels}'
            )
        if name == "npz":
            return f"data = dict(np.load({render(self.data.source.value('path'))}))"
        if name == "npy":
            files = {}
            for one in self.data.source.arguments:
                path = str(one.value)
                stem = re.sub(r"\.npy$", "", path.rpartition("/")[2])
                files[stem if one.name == "path" else one.name] = Call("np.load", (path,))
            return assign("data", files)
        if name == "csv":
            return self._csv()
        if name == "synthetic":
            return self._synthetic()
        message = f"a script does not read the source '{name}'"
        raise SpecError(message, code="not-ejectable", span=self.data.source.span)

    def _csv(self) -> str:
        """Rows by Python's own reader, columns by the types that were found."""
        source = self.data.source
        path = str(source.value("path"))
        if any(sign in path for sign in "*?[") or path.endswith(".gz") or source.value("header") is False:
            message = "a script reads one plain CSV file with a header"
            raise SpecError(message, code="not-ejectable", span=source.span)
        types = source.value("columns")
        if isinstance(types, Mapping) and "date" in types.values():
            raise SpecError("a script reads no dates", code="not-ejectable", span=source.span)
        self.imports.add("csv")
        options = {"delimiter": source.value("separator")} if source.value("separator") not in (None, ",") else {}
        opening = Call("open", (path,), (("newline", ""), ("encoding", source.value("encoding", "utf-8"))))
        reader = Call("csv.DictReader", (Source("file"),), tuple(options.items()))
        lines = [f"with {render(opening, column=5)} as file:", f"    rows = list({render(reader)})"]
        decimal = str(source.value("decimal") or ".")
        fields: dict[str, object] = {}
        for name in self._read_fields():
            kind = self.facts.kinds.get(name, "float")
            cell = f"row[{render(name)}]"
            cell = f'{cell}.replace("{decimal}", ".")' if decimal != "." and kind == "float" else cell
            cell = {"int": f"int({cell})", "float": f"float({cell})", "bool": f'{cell}.lower() == "true"'}.get(
                kind, cell
            )
            fields[name] = Source(f"np.array([{cell} for row in rows])")
        lines.append(assign("data", fields))
        return "\n".join(lines)

    def _read_fields(self) -> list[str]:
        names = [name for one in (*(self.data.inputs or ()), *(self.data.targets or ())) for name in one.fields]
        names += [field for _, field, _ in self.data.sample_weight]
        return list(dict.fromkeys(names))

    def _synthetic(self) -> str:
        """The same numbers as the source draws: each field by a generator of its own."""
        self.imports.add("zlib")
        samples = cast("int", self.data.source.value("samples"))
        lines = [
            f"SAMPLES = {samples}",
            "",
            "",
            "def generator(field):",
            '    """Each field has its own, so that one more leaves the others as they are."""',
            "    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(field.encode())]))",
            "",
            "",
        ]
        fields = cast("Mapping[str, Mapping[str, object]]", self.data.source.value("fields"))
        drawn = {name: Source(self._draw(name, facts)) for name, facts in fields.items()}
        lines.append(assign("data", drawn))
        return "\n".join(lines)

    def _draw(self, name: str, facts: Mapping[str, object]) -> str:
        sizes = cast("tuple[int, ...]", tuple(cast("list[int]", facts.get("shape", []))))
        shape = "(" + ", ".join(["SAMPLES", *map(str, sizes)]) + ("," if not sizes else "") + ")"
        made = f"generator({render(name)})"
        if "one_hot" in facts:
            return f"np.eye({facts['one_hot']}, dtype=np.float32)[{made}.integers(0, {facts['one_hot']}, {shape})]"
        if "integers" in facts:
            low, high = cast("list[int]", facts["integers"])
            kind = "np.int32" if low >= -(2**31) and high - 1 < 2**31 else "np.int64"
            return f"{made}.integers({low}, {high}, {shape}, dtype={kind})"
        if "choice" in facts:
            values = cast("list[object]", facts["choice"])
            listed = render([*values])
            return f"np.array({listed})[{made}.integers(0, {len(values)}, {shape})]"
        if "normal" in facts:
            mean, deviation = cast("list[float]", facts["normal"])
            return f"({mean} + {deviation} * {made}.standard_normal({shape})).astype(np.float32)"
        low_, high_ = cast("list[float]", facts.get("uniform", [0, 1]))
        return f"({low_} + {high_ - low_} * {made}.random({shape})).astype(np.float32)"

    def _splits(self) -> str:
        written = [("test", self.data.test), ("validation", self.data.validation)]
        splits = [(name, split) for name, split in written if split is not None]
        lines: list[str] = []
        if any(split.fraction is not None for _, split in splits):
            # A fraction is of the whole, also where a part was taken before.
            lines.append(f"samples = len(data[{render(self._read_fields()[0])}])")
        for number, (name, split) in enumerate(splits):
            lines += self._split(name, split, "train" if number == len(splits) - 1 else "data")
        return "\n".join(lines or ["train = data"])

    def _split(self, name: str, split: SplitSpec, rest: str) -> list[str]:
        first = render(self._read_fields()[0])
        lines: list[str] = []
        if split.count is not None:
            count = str(split.count)
        else:
            lines.append(f"count = int({split.fraction} * samples + 0.5)")
            count = "count"
        if not split.shuffle:
            return [
                *lines,
                f"{name} = take(data, slice(None, {count}))",
                f"{rest} = take(data, slice({count}, None))",
            ]
        return [
            *lines,
            f"order = shuffled(len(data[{first}]))",
            f"{name} = take(data, np.sort(order[:{count}]))",
            f"{rest} = take(data, np.sort(order[{count}:]))",
        ]

    def _column(self, one: FieldSpec, *, target: bool) -> str:
        """The transforms of one input or target, and the function that makes its array."""
        if target and one.name in self.facts.classes:
            return self._labels(one, self.facts.classes[one.name])
        name = self._function(one, target=target)
        lines: list[str] = []
        raw = self._raw(one, target=target)
        steps: list[str] = []
        if one.transforms:
            layers = [expression(transform) for transform in one.transforms]
            lines.append(assign(f"{name}_layers", layers))
            steps += [
                f"    for layer in {name}_layers:",
                "        values = layer(values)",
                "    values = np.array(values)",
            ]
        learnt = self.facts.learnt.get(one.name, ())
        if learnt:
            # What a layer learns, it learns from the training samples alone.
            lines.append(f"values = {self._raw(one, target=target, indent=0).replace('fields[', 'train[')}")
            for number in range(max(learnt) + 1):
                lines += [f"{name}_layers[{number}].adapt(values)"] if number in learnt else []
                lines += [f"values = {name}_layers[{number}](values)"] if number < max(learnt) else []
        lines += ["", "", f"def {name}(fields):", f'    """{self._what(one, target=target)}"""']
        result = self._result(one, target=target)
        if steps or result.count("values") != 1 or one.stacked:
            cast = result.removeprefix("values")
            lines += [f"    values = {raw.removesuffix(cast) if not steps else raw}", *steps, f"    return {result}"]
        else:
            lines.append(f"    return {_once(result.replace('values', raw, 1))}")
        return "\n".join(lines).lstrip("\n")

    def _labels(self, one: FieldSpec, classes: tuple[object, ...]) -> str:
        """Labels become the indices of their classes."""
        name = self._function(one, target=True)
        found = f"{name.removesuffix('_target_of')}_classes"
        field = render(one.fields[0])
        lines = [assign(found, [*classes]), "", "", f"def {name}(fields):"]
        lines.append(f'    """{self._what(one, target=True)}"""')
        indices = f"    indices = [{found}.index(label) for label in fields[{field}].tolist()]"
        if len(indices) > WIDTH:
            lines.append(f"    labels = fields[{field}].tolist()")
            indices = f"    indices = [{found}.index(label) for label in labels]"
        one_hot = f"np.eye(len({found}), dtype=np.float32)[indices]"
        return "\n".join([*lines, indices, f"    return {one_hot if one.one_hot else 'np.array(indices, np.int32)'}"])

    def _what(self, one: FieldSpec, *, target: bool) -> str:
        what = "What the output" if target else "What the input"
        fields = ", ".join(one.fields)
        return f"{what} '{one.name}' {'is compared with' if target else 'reads'}: {fields}."

    def _function(self, one: FieldSpec, *, target: bool) -> str:
        word = re.sub(r"\W", "_", one.name or "x")
        return f"{word}_of" if not target else f"{word}_target_of"

    def _raw(self, one: FieldSpec, *, target: bool, indent: int = 4) -> str:
        parts = [f"fields[{render(field)}]" for field in one.fields]
        if one.stacked:
            stack = Call("np.stack", ([Source(part) for part in parts],), (("axis", -1),))
            return f'{render(stack, column=13, indent=indent, after=18)}.astype("float32")'
        kind = self.facts.kinds.get(one.fields[0], "float")
        text = parts[0] + ('.astype("float32")' if kind == "float" else "")
        if target and one.transforms:
            text = parts[0] + '.astype("float32")'
        widened = one.transforms and target
        if not target:
            item = self._input(one)
            widened = kind in ("int", "float", "bool") and not (item is not None and item.shape == ())
        return f"{text}[:, None]" if widened else text

    def _input(self, one: FieldSpec) -> InputSpec | None:
        return next((item for item in self.model.inputs if item.name == one.name), None)

    def _result(self, one: FieldSpec, *, target: bool) -> str:
        if target:
            kind = self.facts.kinds.get(one.fields[0], "float")
            dtype = "int32" if kind in ("int", "bool", "many-int") and not one.transforms else _STANDARD
            text = f'values.astype("{dtype}")'
            if one.transforms and not one.stacked:
                # The layers work on a last axis.
                narrow = "" if one.name in self.facts.widened else ".reshape(len(values))"
                return f'values{narrow}.astype("{dtype}")'
            return f"{text}[:, None]" if one.name in self.facts.widened else text
        item = self._input(one)
        dtype = (item.dtype if item is not None else None) or _STANDARD
        return "values" if dtype == "string" else f'values.astype("{dtype}")'

    def _hand_out(self) -> str:
        """`x_train`, `y_train` and so on."""
        lines: list[str] = []
        for split in (
            "train",
            *(["validation"] if self.facts.validated else []),
            *(["test"] if self.facts.tested else []),
        ):
            inputs = {
                one.name: Source(f"{self._function(one, target=False)}({split})") for one in self.data.inputs or ()
            }
            targets = [Source(f"{self._function(one, target=True)}({split})") for one in self.data.targets or ()]
            x: object = next(iter(inputs.values())) if len(inputs) == 1 else inputs
            lines.append(assign(f"x_{split}", x))
            if targets:
                joined = ", ".join(target.text for target in targets)
                y = targets[0] if len(targets) == 1 else Source(f"({joined})")
                lines.append(assign(f"y_{split}", y))
            weights = sample_weights(self.data, self.facts, split, self._read_fields()[0])
            lines += [assign(f"weights_{split}", weights)] if weights is not None else []
        return "\n".join(lines)


def _once(text: str) -> str:
    """An array is cast once."""
    return text.replace('.astype("float32").astype("float32")', '.astype("float32")')
