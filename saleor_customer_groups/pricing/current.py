"""Rules and price lists as they are now, as the input that would make them: to change a part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from ..errors import InvalidInput
from ..models import PriceList, PriceRule, PriceRuleTarget
from ..sentences import Sentence
from . import editing
from .inputs import TARGET_KINDS, ListInput, RuleInput, TargetInput


def change_rule(rule_id: int, **changes: Any) -> PriceRule:
    """Change what is given of a rule, by the names of `RuleInput`; the rest stays as it is."""
    with transaction.atomic():
        rule = _locked(PriceRule, rule_id, "price rule")
        return editing.save_rule(replace(rule_input(rule), **changes), rule_id=rule_id)


def change_list(list_id: int, **changes: Any) -> PriceList:
    """Change what is given of a price list, by the names of `ListInput`; the rest stays."""
    with transaction.atomic():
        price_list = _locked(PriceList, list_id, "price list")
        return editing.save_list(replace(list_input(price_list), **changes), list_id=list_id)


def rule_input(rule: PriceRule) -> RuleInput:
    """What would make this rule."""
    return RuleInput(
        kind=rule.kind,
        percentage=rule.percentage,
        amounts=dict(rule.amounts.values_list("currency", "amount")),
        channel_ids=[] if rule.every_channel else _ids(rule.channels),
        everything=rule.everything,
        targets=targets_of(rule.pk),
        min_quantity=rule.min_quantity,
        **_schedule(rule),
    )


def targets_of(rule_id: int) -> list[TargetInput]:
    """What the rule names and what it excludes."""
    return [_target(row) for row in PriceRuleTarget.objects.filter(rule_id=rule_id)]


def list_input(price_list: PriceList) -> ListInput:
    """What would make this list, entries aside."""
    return ListInput(**_schedule(price_list))


def _schedule(row: PriceRule | PriceList) -> dict[str, Any]:
    names = ("name", "starts_at", "ends_at", "priority", "stand_alone", "active")
    return {"group_ids": _ids(row.groups), **{name: getattr(row, name) for name in names}}


def _target(row: Any) -> TargetInput:
    kind = next(kind for kind in TARGET_KINDS if getattr(row, f"{kind}_id") is not None)
    return TargetInput(kind, getattr(row, f"{kind}_id"), row.excluded)


def _ids(related: Any) -> list[int]:
    return list(related.order_by("pk").values_list("pk", flat=True))


def _locked(model: type[Any], key: int, name: str) -> Any:
    row = model.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise InvalidInput(
            Sentence("There is no {name} {key}.", name=name, key=key), field="id", code="not_found"
        )
    return row
