"""In a few lines what groups get: the rules and price lists that are in force for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...models import PriceList, PriceRule
from ...pricing import listing
from ...pricing.states import State, in_state
from .words import effect_of

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A rule or price list: what it does, and on what."""

    name: str
    effect: str
    on: str


def in_force(group_ids: Collection[int]) -> tuple[list[Line], bool]:
    """The first rules and price lists of these groups that hold now, and whether there are more;
    in four statements.
    """
    if not group_ids:
        return [], False
    now = in_state(State.ACTIVE, timezone.now())
    rules = PriceRule.objects.filter(now, groups__in=group_ids).distinct()
    lists = PriceList.objects.filter(now, groups__in=group_ids).distinct()
    found, priced = list(rules.prefetch_related("amounts")[: SHOWN + 1]), list(lists[: SHOWN + 1])
    first = found[:SHOWN]
    targets = listing.targets_of([rule.pk for rule in first])
    told = [_line(rule, targets[rule.pk]) for rule in first]
    told += [Line(one.name, _("price list"), "") for one in priced[:SHOWN]]
    return told, len(found) > SHOWN or len(priced) > SHOWN


def _line(rule: PriceRule, count: int) -> Line:
    on = ngettext("%(n)s thing", "%(n)s things", count)
    if rule.everything:
        on = _("everything")
    elif count > listing.COUNTED:
        on, count = _("more than %(n)s things"), listing.COUNTED
    return Line(rule.name, effect_of(rule, rule.amounts.all()), on % {"n": count})
