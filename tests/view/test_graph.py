from __future__ import annotations

import itertools
import struct
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kerascli.errors import UsageError
from kerascli.view.graph import draw_graph
from kerascli.view.graph_layout import Box, GraphLayout, lay_out
from kerascli.view.graph_looks import measure_node, text_width
from kerascli.view.graph_nodes import Graph, Link, Node, graph_of, wrap
from kerascli.view.graph_parts import fold

from . import model_summaries as models

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kerascli.record.model_summary import ModelSummary

MERMAID = """\
# two\\_branches

Functional · 609 parameters, 345 trainable · 2.44 KB

```mermaid
flowchart TD
  n0(["x<br/>InputLayer<br/>(?, 32)"]):::input
  n1["wide<br/>Dense · 264 params<br/>(?, 8)"]:::layer
  n2["deep_1<br/>Dense · 264 params · frozen<br/>(?, 8)"]:::frozen
  n3["deep_2<br/>Dense · 72 params<br/>(?, 8)"]:::layer
  n4("sum<br/>Add<br/>(?, 8)"):::operation
  n5["y<br/>Dense · 9 params<br/>(?, 8)"]:::layer
  n6{{"y<br/>head"}}:::head
  n0 --> n1
  n0 --> n2
  n2 --> n3
  n1 --> n4
  n3 --> n4
  n4 --> n5
  n5 --> n6
  classDef input fill:#dff3e3,stroke:#2e7d4f,color:#111
  classDef layer fill:#e6effa,stroke:#3b6ea5,color:#111
  classDef frozen fill:#e8f6fa,stroke:#4a90a4,stroke-dasharray:6 3,color:#111
  classDef operation fill:#f1f1f1,stroke:#777,color:#111
  classDef head fill:#fdebd3,stroke:#c46a12,color:#111
```
"""


def layout_of(summary: ModelSummary) -> GraphLayout:
    return lay_out(graph_of(summary), measure_node)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.left + other.width - 0.1
        and other.left < one.left + one.width - 0.1
        and one.top < other.top + other.height - 0.1
        and other.top < one.top + one.height - 0.1
    )


def svg_texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("make", models.EVERY_MODEL)
def test_no_boxes_overlap_and_all_are_inside(make: Callable[[], ModelSummary]) -> None:
    layout = layout_of(make())
    assert not [(a.node.key, b.node.key) for a, b in itertools.combinations(layout.boxes, 2) if overlap(a, b)]
    for box in layout.boxes:
        assert box.left >= -0.1 and box.left + box.width <= layout.width + 0.1
        assert box.top >= -0.1 and box.top + box.height <= layout.height + 0.1


@pytest.mark.parametrize("make", models.EVERY_MODEL)
def test_text_fits_its_box(make: Callable[[], ModelSummary]) -> None:
    for box in layout_of(make()).boxes:
        widths = [text_width(line, 9.0 if n == 0 else 8.0, bold=n == 0) for n, line in enumerate(box.node.lines)]
        assert max(widths) <= box.width or box.node.look in ("label", "stub")


@pytest.mark.parametrize("make", models.EVERY_MODEL)
def test_every_layer_and_head_is_drawn_once(make: Callable[[], ModelSummary]) -> None:
    summary = make()
    keys = [box.node.key for box in layout_of(summary).boxes if box.node.look not in ("stub", "label")]
    expected = [f"layer:{layer.path}" for layer in summary.layers]
    expected += [f"head:{number}:{name}" for number, (name, _) in enumerate(summary.outputs)]
    assert sorted(keys) == sorted(expected)


@pytest.mark.parametrize("make", [models.many_heads, models.encoder_with_states, models.residual_net])
def test_svg_holds_every_name_as_text(make: Callable[[], ModelSummary], tmp_path: Path) -> None:
    summary = make()
    path = tmp_path / "model.svg"
    draw_graph(summary, path)
    texts = svg_texts(path)
    assert {layer.path for layer in summary.layers} <= set(texts)
    assert {name for name, _ in summary.outputs} <= set(texts)
    assert texts.count("head") >= len(summary.outputs)
    assert not list(tmp_path.glob(".tmp-*"))


def test_svg_marks_frozen_layers_and_numbers_tensors(tmp_path: Path) -> None:
    draw_graph(models.branches(), tmp_path / "a.svg")
    assert "Dense · 264 params · frozen" in svg_texts(tmp_path / "a.svg")
    draw_graph(models.encoder_with_states(), tmp_path / "b.svg")
    texts = svg_texts(tmp_path / "b.svg")
    assert texts.count(":2") == 2 and ":0" in texts and ":1 (?, 64)" in texts


def test_same_model_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw_graph(models.branches(), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_names_that_look_like_markup_or_formulas(tmp_path: Path) -> None:
    names = ["a<b>&c", "$x^2$", 'say "hi"', "入力", "a:1"]
    layers = [models.source(names[0], 3)]
    for before, name in itertools.pairwise(names):
        layers.append(models.row(name, "Dense", before, parameters=1))
    summary = models.model("n`a*me", layers, ("head", "a:1"))
    for ending in ("svg", "png", "pdf", "md"):
        draw_graph(summary, tmp_path / f"model.{ending}")
    assert set(names) <= set(svg_texts(tmp_path / "model.svg"))
    assert "a#60;b#62;#38;c" in (tmp_path / "model.md").read_text("utf-8")


def test_png_of_a_small_model_fits_a_screen(tmp_path: Path) -> None:
    path = tmp_path / "model.PNG"
    draw_graph(models.chain(), path)
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    assert 300 < width < 1000 and 400 < height < 1200


def test_long_model_is_folded_near_the_shape_of_a_screen() -> None:
    layout = layout_of(models.residual_net())
    assert len(layout.headings) > 3
    assert 0.5 < layout.width / layout.height < 2.5


def test_pdf_starts_as_one(tmp_path: Path) -> None:
    path = tmp_path / "model.pdf"
    draw_graph(models.many_heads(), path)
    assert path.read_bytes().startswith(b"%PDF-")
    # The normal and the bold font, whole enough to be drawn without the reader's own.
    assert path.read_bytes().count(b"/FontFile2") == 2


def test_mermaid_text(tmp_path: Path) -> None:
    path = tmp_path / "model.md"
    draw_graph(models.branches(), path)
    assert path.read_text("utf-8") == MERMAID


def test_large_mermaid_keeps_below_what_mermaid_draws(tmp_path: Path) -> None:
    path = tmp_path / "model.md"
    draw_graph(models.dense_net(), path)
    diagrams = path.read_text("utf-8").split("```mermaid")[1:]
    assert len(diagrams) > 1
    assert all(len(diagram) < 50_000 and diagram.count("-->") < 500 for diagram in diagrams)


@pytest.mark.parametrize("name", ["model.gif", "model", "model.svg.gz"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        draw_graph(models.chain(), tmp_path / name)
    hint = caught.value.diagnostics[0].hint
    assert hint is not None and ".svg, .png, .pdf or .md" in hint
    assert not list(tmp_path.iterdir())


def test_fold_loses_no_link() -> None:
    graph = graph_of(models.dense_net())
    kept = {(link.source, link.target) for part in fold(graph) for link in part.links}
    for link in graph.links:
        crossing = (f"from:{link.source}{link.label}", link.target) in kept
        assert ((link.source, link.target) in kept) != crossing
        assert not crossing or (link.source, f"to:{link.source}{link.label}") in kept


def test_tensor_from_elsewhere_comes_from_a_stub() -> None:
    chain = models.chain()
    layers = (*chain.layers[:3], replace(chain.layers[3], inputs=("gone",)))
    stubs = [node for node in graph_of(replace(chain, layers=layers)).nodes if node.look == "stub"]
    assert [stub.lines for stub in stubs] == [("from", "gone")]


def test_loops_and_an_empty_model_are_drawn() -> None:
    nodes = tuple(Node(name, "layer", (name,)) for name in ("a", "b"))
    links = (Link("a", "b"), Link("b", "a"), Link("a", "a"))
    assert len(lay_out(Graph(nodes, links), measure_node).curves) == 3
    assert lay_out(Graph((), ()), measure_node).boxes == ()


def test_loop_across_parts() -> None:
    nodes = tuple(Node(f"n{number}", "layer", (f"n{number}",)) for number in range(100))
    chain = [Link(f"n{number}", f"n{number + 1}") for number in range(99)]
    layout = lay_out(Graph(nodes, (*chain, Link("n90", "n5"))), measure_node)
    assert len(layout.headings) > 1


def test_wrap_breaks_after_separators_and_loses_nothing() -> None:
    name = "encoder/" + "block_of_many_parts/" * 4 + "x" * 50
    lines = wrap(name)
    assert "".join(lines) == name and max(map(len, lines)) <= 36
    assert lines[0].endswith(("/", "_"))
