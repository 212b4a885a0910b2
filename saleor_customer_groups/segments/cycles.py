"""Groups whose rules name other groups: never in a circle.

A rule may name its own group ("once in, always in" of upgrade ladders): that settles by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import InvalidInput
from ..models import CustomerGroup, Segment
from ..sentences import Sentence


def refuse(group: CustomerGroup, named: Iterable[int]) -> None:
    """InvalidInput (code `cycle`) if a group that is named depends on this one."""
    above = graph()
    for number in sorted(set(named) - {group.pk}):
        path = _path(above, number, group.pk)
        if path:
            names = dict(CustomerGroup.objects.filter(pk__in=path).values_list("pk", "name"))
            chain = " → ".join(names[one] for one in [group.pk, *path])
            sentence = Sentence("The rules would run in a circle: {chain}.", chain=chain)
            raise InvalidInput(sentence, field="rule", code="cycle")


def graph() -> dict[int, set[int]]:
    """Of each group that has a rule, the other groups that the rule names."""
    found: dict[int, set[int]] = {}
    through = Segment.refers_to.through.objects.values_list("segment__group_id", "customergroup_id")
    for group_id, named in through:
        if group_id != named:
            found.setdefault(group_id, set()).add(named)
    return found


def _path(above: dict[int, set[int]], start: int, goal: int) -> list[int]:
    """The groups from `start` to `goal`, each named by the one before; empty if there are none."""
    came_from: dict[int, int | None] = {start: None}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        if here == goal:
            path: list[int] = []
            step: int | None = here
            while step is not None:
                path.append(step)
                step = came_from[step]
            return path[::-1]
        for after in sorted(above.get(here, ())):
            if after not in came_from:
                came_from[after] = here
                waiting.append(after)
    return []
