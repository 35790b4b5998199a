"""Which checkpoint is last and best follows from the manifests; damage is named, kept and passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from kerascli.errors import EnvironmentProblem
from kerascli.record.atomic import new_folder
from kerascli.record.checkpoints import best_checkpoint, free_path, list_checkpoints, load_newest, prune
from kerascli.record.manifest import check_files, read_manifest, write_manifest


def save(folder: Path, step: int, *, best: bool = False, text: str = "weights") -> Path:
    path = free_path(folder, step)
    with new_folder(path) as inside:
        (inside / "model.npz").write_text(text)
        write_manifest(inside, {"step": step, "epoch": step // 10, "value": step / 7, "best": best})
    return path


def steps(folder: Path) -> list[str]:
    return [checkpoint.path.name for checkpoint in list_checkpoints(folder)[0]]


def test_the_last_and_the_best_are_kept(tmp_path: Path) -> None:
    for step in range(10, 60, 10):
        save(tmp_path, step, best=step in (10, 20))
        prune(tmp_path, 2)
    assert steps(tmp_path) == ["20", "40", "50"]
    best = best_checkpoint(list_checkpoints(tmp_path)[0])
    assert best is not None
    assert (best.step, best.best_value) == (20, 20 / 7)
    assert load_newest(tmp_path)[0].step == 50
    assert load_newest(tmp_path, best=True)[0].step == 20


def test_steps_sort_as_numbers(tmp_path: Path) -> None:
    for step in (9, 100, 20):
        save(tmp_path, step)
    assert steps(tmp_path) == ["9", "20", "100"]


def test_a_second_checkpoint_of_a_step_stands_beside_the_first(tmp_path: Path) -> None:
    for text in ("before validation", "after it"):
        save(tmp_path, 10, text=text)
    assert steps(tmp_path) == ["10", "10-2"]
    assert (load_newest(tmp_path)[0].path / "model.npz").read_text() == "after it"


def test_a_damaged_one_is_named_and_passed_over(tmp_path: Path) -> None:
    save(tmp_path, 10)
    broken = save(tmp_path, 20)
    (broken / "model.npz").write_text("weightz")
    checkpoint, damaged = load_newest(tmp_path)
    assert (checkpoint.step, [path.name for path, _ in damaged]) == (10, ["20"])
    assert "model.npz" in damaged[0][1]
    assert broken.is_dir()


def test_pruning_leaves_what_can_not_be_read(tmp_path: Path) -> None:
    broken = save(tmp_path, 10)
    (broken / "manifest.json").write_text("{")
    for step in (20, 30, 40):
        save(tmp_path, step)
    prune(tmp_path, 2)
    assert steps(tmp_path) == ["30", "40"]
    assert broken.is_dir()


def test_none_sound_is_an_error_that_names_each(tmp_path: Path) -> None:
    for step in (10, 20):
        (save(tmp_path, step) / "model.npz").unlink()
    with pytest.raises(EnvironmentProblem) as caught:
        load_newest(tmp_path)
    assert caught.value.exit_code == 5
    assert all(f"'{tmp_path / name}'" in str(caught.value) for name in ("10", "20"))
    with pytest.raises(EnvironmentProblem, match="there is none"):
        load_newest(tmp_path / "nowhere")


def test_half_a_checkpoint_is_never_seen(tmp_path: Path) -> None:
    save(tmp_path, 10)
    (tmp_path / ".tmp-0123").mkdir()
    (tmp_path / "20").mkdir()
    (tmp_path / "30").write_text("a file")
    good, damaged = list_checkpoints(tmp_path)
    assert ([one.step for one in good], [path.name for path, _ in damaged]) == ([10], ["20"])


def test_a_flipped_bit_of_a_manifest_is_found_or_means_nothing(tmp_path: Path) -> None:
    path = save(tmp_path, 10) / "manifest.json"
    sound = path.read_bytes()
    said = read_manifest(path.parent)
    for place in range(len(sound)):
        content = bytearray(sound)
        content[place] ^= 1
        path.write_bytes(content)
        try:
            read = read_manifest(path.parent)
        except ValueError:
            continue
        # Some bits mean nothing: a blank between two values, the last of a float's many digits.
        assert read == said


def test_a_manifest_covers_every_file(tmp_path: Path) -> None:
    path = save(tmp_path, 10)
    manifest = read_manifest(path)
    assert set(manifest["files"]) == {"model.npz"}
    check_files(path, manifest)
    (path / "model.npz").unlink()
    with pytest.raises(ValueError, match=r"'model\.npz' is missing"):
        check_files(path, manifest)
