"""The geometry of pictures: numbers in, places in an SVG out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 1_000
HEIGHT: Final = 240
LEFT: Final = 56  # for the numbers beside the axis
TOP: Final = 12
BOTTOM: Final = 24  # for the days below it
LINES: Final = 4  # about so many across
DAYS: Final = 6  # about so many below


@dataclass(frozen=True, slots=True)
class Mark:
    """A number or a day beside an axis: where, and which."""

    at: float
    index: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through values: its points, the surface below it, the marks of both axes."""

    line: str
    surface: str
    marks: Sequence[Mark]  # `index` is the value
    days: Sequence[Mark]  # `index` is which of the values
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - 8
    bottom: int = HEIGHT - BOTTOM


def curve(values: Sequence[int]) -> Curve:
    """The picture of at least two values, none below zero."""
    step = _step(max(values))
    top = max(step, step * ceil(max(values) / step))
    across, down = WIDTH - 8 - LEFT, HEIGHT - TOP - BOTTOM

    def x(place: int) -> float:
        return round(LEFT + across * place / (len(values) - 1), 1)

    def y(value: int) -> float:
        return round(TOP + down * (1 - value / top), 1)

    line = " ".join(f"{x(place)},{y(value)}" for place, value in enumerate(values))
    floor_of = HEIGHT - BOTTOM
    every = ceil(len(values) / DAYS)
    return Curve(
        line=line,
        surface=f"{LEFT},{floor_of} {line} {x(len(values) - 1)},{floor_of}",
        marks=[Mark(y(value), value) for value in range(0, top + 1, step)],
        days=[Mark(x(place), place) for place in range(0, len(values), every)],
    )


def _step(largest: int) -> int:
    """A round number, of which LINES or fewer reach the largest value: 1, 2, 5, 10, 20, …"""
    if largest <= LINES:
        return 1
    rough = largest / LINES
    power = 10 ** floor(log10(rough))
    return int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))


def percent(part: float, whole: float) -> float:
    """How long a bar is, of 100; one that is not nothing can be seen."""
    if not part or not whole:
        return 0.0
    return max(0.5, round(100 * part / whole, 1))
