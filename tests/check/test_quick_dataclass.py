"""A class made by our decorator is as one made by the standard library's, but for what is left to the type checker."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from kerascli import quick_dataclass


def _make(decorator, **options):
    @decorator(**options)
    class Point:
        """A point."""

        x: float
        y: float = 2.0
        note: str = dataclasses.field(default="", compare=False, repr=False)
        tags: list[str] = dataclasses.field(default_factory=list, compare=False)

    return Point


@pytest.fixture(params=[True, False], ids=["frozen", "plain"])
def both(request):
    return [_make(decorator, frozen=request.param) for decorator in (quick_dataclass.dataclass, dataclasses.dataclass)]


def test_values_defaults_and_words(both) -> None:
    ours, its = (one(1.0, tags=["a"]) for one in both)
    assert repr(ours) == repr(its)
    assert dataclasses.asdict(ours) == dataclasses.asdict(its)
    assert dataclasses.replace(ours, x=3.0).x == 3.0
    with pytest.raises(TypeError):
        both[0]()


def test_equality(both) -> None:
    nan = float("nan")
    for made in both:
        assert made(1.0) == made(1.0, note="other")
        assert made(1.0) != made(2.0)
        assert made(nan) == made(nan)
        assert made(1.0) != (1.0, 2.0)
    assert both[0](1.0) != both[1](1.0)


def test_hashes() -> None:
    for frozen in (True, False):
        ours, its = (
            _make(decorator, frozen=frozen) for decorator in (quick_dataclass.dataclass, dataclasses.dataclass)
        )
        if frozen:
            assert hash(ours(1.0)) == hash(its(1.0)) == hash(ours(1.0, note="other"))
        else:
            assert ours.__hash__ is its.__hash__ is None


def test_methods_of_its_own_stay() -> None:
    @quick_dataclass.dataclass(frozen=True)
    class Named:
        """A name."""

        name: str

        def __repr__(self) -> str:
            return self.name

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert (repr(Named("a")), Named("a") == Named("b"), hash(Named("a"))) == ("a", True, 7)


@quick_dataclass.dataclass(frozen=True)
class Alone:
    """One value, or a list in it that has no hash."""

    value: object = float("nan")


def test_one_field_and_pickle() -> None:
    nan = float("nan")
    assert Alone(nan) == Alone(nan)
    assert hash(Alone(1)) == hash((1,))
    assert pickle.loads(pickle.dumps(Alone(3))) == Alone(3)
