"""Making and changing earning rules: the only writer of their tables.

Each call is one transaction: it refuses with an `InvalidInput` that names the field, or it is
done whole. What orders have earned stays as it is, also when its rule is switched off or deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from ...errors import InvalidInput
from ...groups import references
from ...models import CustomerGroup, EarningMultiplier, EarningRule, EarningTarget
from ...pricing.editing import check_known, check_things
from ...sentences import Sentence
from .inputs import EarningRuleInput, MultiplierInput, check_rule

FIELDS: Final = ("name", "unit", "rate", "validity_days", "pending_days", "active", "ends_at")


def save_rule(given: EarningRuleInput, *, rule_id: int | None = None) -> EarningRule:
    """Make a rule, or (with its id) put `given` in the place of all that it said.

    Without a start, a new rule begins now and a changed one keeps its start.
    """
    check_rule(given)
    with transaction.atomic():
        # The groups first, as who deletes one: neither rule nor group silently loses the other.
        held = references.hold([given.group_id, *_group_of(rule_id)])
        if given.group_id not in held:
            check_known("group", CustomerGroup, [given.group_id])
        rule = EarningRule() if rule_id is None else _locked(rule_id)
        if given.channel_id is not None:
            check_known("channel", apps.get_model("channel", "Channel"), [given.channel_id])
        check_things([target for one in given.multipliers for target in one.targets])
        for name in FIELDS:
            setattr(rule, name, getattr(given, name))
        rule.group_id, rule.channel_id = given.group_id, given.channel_id
        rule.starts_at = given.starts_at or (rule.starts_at if rule_id else timezone.now())
        if rule.ends_at is not None and rule.ends_at <= rule.starts_at:
            sentence = Sentence("The window must end after it starts.")
            raise InvalidInput(sentence, field="ends_at", code="ends_before_start")
        rule.save()
        _set_multipliers(rule, given.multipliers)
    return rule


def switch(rule_id: int, *, on: bool) -> EarningRule:
    """Switch a rule on or off. Orders that were paid before have what they earned."""
    with transaction.atomic():
        references.hold(_group_of(rule_id))
        rule = _locked(rule_id)
        rule.active = on
        rule.save()
    return rule


def delete_rule(rule_id: int) -> None:
    """Delete a rule. What orders earned by it stays, and keeps its name."""
    with transaction.atomic():
        references.hold(_group_of(rule_id))
        _locked(rule_id).delete()


def _group_of(rule_id: int | None) -> list[int]:
    if rule_id is None:
        return []
    rules = EarningRule.objects.filter(pk=rule_id)
    return list(rules.values_list("group_id", flat=True))


def _locked(rule_id: int) -> EarningRule:
    rule = EarningRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise InvalidInput(
            Sentence("There is no earning rule {rule}.", rule=rule_id), field="id", code="not_found"
        )
    return rule


def _set_multipliers(rule: EarningRule, given: Iterable[MultiplierInput]) -> None:
    rule.multipliers.all().delete()
    for one in given:
        multiplier = EarningMultiplier.objects.create(
            rule=rule,
            factor=one.factor,
            everything=one.everything,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        EarningTarget.objects.bulk_create(
            EarningTarget(multiplier=multiplier, **{f"{kind}_id": number})
            for kind, number in sorted({(target.kind, target.id) for target in one.targets})
        )
