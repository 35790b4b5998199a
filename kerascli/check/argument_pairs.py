"""Lints of arguments that are right by themselves and can't stand together, or hardly do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from kerascli.catalog import load_catalog
from kerascli.check.written import all_components, item_span
from kerascli.errors import Diagnostic, Note, Span
from kerascli.spec.component import Component
from kerascli.spec.spec import Spec

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


def disagreeing_arguments(spec: Spec) -> Iterator[Diagnostic]:
    """Arguments of one component that contradict each other."""
    for component in all_components(spec):
        for check in _CHECKS.get(component.group, ()):
            yield from check(spec, component)


def number_of(component: Component, name: str) -> float | None:
    """The number of an argument, or Keras's default; None where it is none."""
    entry = load_catalog().find(component.group, component.name)
    parameter = entry.parameter(name) if entry is not None else None
    value = component.value(name, parameter.default if parameter is not None else None)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _span(component: Component, *names: str) -> Span:
    """Where the first of some arguments that is written stands."""
    found = (component.argument(name) for name in names)
    return next((argument.span for argument in found if argument is not None), component.span)


def _disagree(message: str, span: Span, hint: str) -> Diagnostic:
    return Diagnostic("arguments-disagree", message, span, hint)


def _several_clippings(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    del spec
    found = (component.argument(name) for name in _CLIPPING)
    given = [argument for argument in found if argument is not None and argument.value is not None]
    for argument in given[1:]:
        message = f"{component.name} clips in one way, not by '{given[0].name}' and '{argument.name}'"
        notes = (Note("and here", given[0].key_span),)
        yield Diagnostic("arguments-disagree", message, argument.key_span, "remove one of them", notes)


def _groups(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """Each group of a convolution makes as many filters as the others."""
    del spec
    filters, groups = number_of(component, "filters"), number_of(component, "groups")
    if filters and groups and groups >= 1 and filters % groups:
        message = f"the {filters:g} filters of {component.name} can't be shared out to {groups:g} groups"
        hint = f"write {filters - filters % groups + groups:g} filters"
        yield _disagree(message, _span(component, "groups"), hint)


def _heads(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    del spec
    queries, keys = number_of(component, "num_query_heads"), number_of(component, "num_key_value_heads")
    if queries and keys and keys >= 1 and queries % keys:
        message = f"{queries:g} query heads of {component.name} can't share {keys:g} key and value heads"
        hint = f"write 'num_query_heads: {queries - queries % keys + keys:g}'"
        yield _disagree(message, _span(component, "num_key_value_heads"), hint)


def _strides_and_dilation(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    del spec
    # Those that convolve each channel by itself take both.
    if component.name.startswith(("Depthwise", "Separable")):
        return
    if _above_one(component.value("strides")) and _above_one(component.value("dilation_rate")):
        message = f"{component.name} takes 'strides' above 1 or a 'dilation_rate' above 1, not both"
        yield _disagree(message, _span(component, "dilation_rate"), "remove one of them")


def _moments(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """A `Normalization` is told its mean and its variance, or learns both."""
    del spec
    for given, other in (("mean", "variance"), ("variance", "mean")):
        argument, missing = component.argument(given), component.argument(other)
        if component.name != "Normalization" or argument is None or argument.value is None:
            continue
        if missing is None or missing.value is None:
            message = f"'{given}' of Normalization needs a '{other}' beside it"
            yield _disagree(message, argument.key_span, f"add '{other}: …', or let both be learnt from the data")


def _above_one(value: object) -> bool:
    if isinstance(value, tuple):
        return any(_above_one(item) for item in value)
    return isinstance(value, int) and value > 1


def _empty_range(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """`RandomUniform` between ends that are the wrong way round draws outside of them."""
    del spec
    for low, high in (("minval", "maxval"), ("min_value", "max_value")):
        least, most = number_of(component, low), number_of(component, high)
        if component.argument(low) is not None and least is not None and most is not None and least > most:
            message = f"'{low}' of {component.name} is {least:g}, above its '{high}' of {most:g}"
            yield _disagree(message, _span(component, low), f"write '{low}: {most:g}' and '{high}: {least:g}'")


def _steps_of_rates(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """A `PiecewiseConstantDecay` has a rate before, between and after its boundaries, which rise."""
    boundaries, values = component.value("boundaries"), component.value("values")
    argument = component.argument("boundaries")
    if component.name != "PiecewiseConstantDecay" or not isinstance(boundaries, tuple) or argument is None:
        return
    if isinstance(values, tuple) and len(values) != len(boundaries) + 1:
        message = f"{len(values)} values for {len(boundaries)} boundaries, which need {len(boundaries) + 1}"
        yield _disagree(message, _span(component, "values"), "write one value more than boundaries")
    for index, (before, after) in enumerate(pairwise(boundaries)):
        if isinstance(before, int | float) and isinstance(after, int | float) and after <= before:
            message = f"the boundary {after:g} stands after {before:g}"
            yield _disagree(message, item_span(spec, argument.span, index + 1), "write the boundaries in rising order")
            return


def _rising_rate(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """A `PolynomialDecay` that ends above its start, mostly by its default end of 0.0001."""
    del spec
    start, end = number_of(component, "initial_learning_rate"), number_of(component, "end_learning_rate")
    if component.name == "PolynomialDecay" and start is not None and end is not None and end > start > 0:
        if component.argument("end_learning_rate") is None:
            message = f"the rate rises from {start:g} to the default 'end_learning_rate' of {end:g}"
        else:
            message = f"the rate rises from {start:g} to {end:g}"
        span = _span(component, "end_learning_rate", "initial_learning_rate")
        hint = f"write 'end_learning_rate: {start / 100:g}'"
        yield Diagnostic("arguments-disagree", message, span, hint, severity="warning")


def _warmup(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """The warm-up of a `CosineDecay` has steps and a target, or neither: Keras passes over one that is alone."""
    del spec
    steps, target = component.argument("warmup_steps"), component.argument("warmup_target")
    if component.name != "CosineDecay":
        return
    if steps is not None and steps.value and (target is None or target.value is None):
        message = "'warmup_steps' without a 'warmup_target' warms nothing up"
        yield _disagree(message, steps.key_span, "write 'warmup_target: …', the rate that it rises to")
    if target is not None and target.value is not None and steps is None:
        message = "'warmup_target' without 'warmup_steps' warms nothing up"
        yield _disagree(message, target.key_span, "write 'warmup_steps: …', the steps that it takes")


def _nesterov(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """Nesterov's way to use a momentum, without any."""
    del spec
    argument = component.argument("nesterov")
    if (
        component.name == "SGD"
        and argument is not None
        and argument.value is True
        and number_of(component, "momentum") == 0
    ):
        message = "'nesterov' without a 'momentum' changes nothing"
        yield Diagnostic("arguments-disagree", message, argument.span, "add 'momentum: 0.9'", severity="warning")


def _averages(spec: Spec, component: Component) -> Iterator[Diagnostic]:
    """How the weights are averaged, where they are not."""
    del spec
    entry = load_catalog().find(component.group, component.name)
    for name in ("ema_momentum", "ema_overwrite_frequency"):
        argument, parameter = component.argument(name), entry.parameter(name) if entry is not None else None
        if argument is None or parameter is None or argument.value == parameter.default:
            continue
        if component.value("use_ema", False) is False:
            message = f"'{name}' of {component.name} says nothing without 'use_ema: true'"
            hint = "add 'use_ema: true', or remove it"
            yield Diagnostic("arguments-disagree", message, argument.key_span, hint, severity="warning")


Check = Callable[[Spec, Component], Iterator[Diagnostic]]

_CHECKS: dict[str, tuple[Check, ...]] = {
    "optimizers": (_several_clippings, _nesterov, _averages),
    "layers": (_groups, _heads, _moments, _strides_and_dilation),
    "initializers": (_empty_range,),
    "constraints": (_empty_range,),
    "schedules": (_steps_of_rates, _rising_rate, _warmup),
}
