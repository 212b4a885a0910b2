"""Ready-made rules with parameters, and ladders of groups. Pure: each is JSON for rules.parse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, cast

from ..errors import InvalidInput
from ..sentences import Sentence
from . import values
from .values import Duration, Kind, Value

Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a template asks for; without a default it must be given."""

    name: str
    value: Kind
    default: object = None


@dataclass(frozen=True, slots=True)
class Template:
    """A ready-made rule."""

    code: str
    label: str
    parameters: tuple[Parameter, ...]
    rule: Callable[..., Rule]


@dataclass(frozen=True, slots=True)
class Step:
    """A group of a ladder and its rule."""

    name: str
    rule: Rule


DAYS: Final = Kind(
    Sentence("a number of days from 1 to 36,500"),
    lambda data: cast(Duration, values.DURATION.read({"days": data})).amount,
)
DAYS_WINDOW: Final = Parameter("days", DAYS)
# As far as anniversaries can be looked ahead.
DAYS_OF_A_YEAR: Final = Kind(
    Sentence("a number of days from 1 to 366"), lambda data: _at_most(366, data)
)
AMOUNT: Final = values.NUMBER
TEMPLATES: Final[Mapping[str, Template]] = {
    one.code: one
    for one in (
        Template(
            "big_spenders",
            "Big spenders",
            (
                Parameter("amount", AMOUNT),
                Parameter("currency", values.CURRENCY),
                Parameter("days", DAYS, 365),
            ),
            lambda amount, currency, days: _spent(amount, currency, days),
        ),
        Template(
            "lapsed",
            "Lapsed: bought before, but not lately",
            (Parameter("days", DAYS, 180),),
            lambda days: {"last_order_at": {"before_last": {"days": days}}},
        ),
        Template(
            "new_customers",
            "New customers",
            (Parameter("days", DAYS, 30),),
            lambda days: {"registered_at": {"within_last": {"days": days}}},
        ),
        Template(
            "one_time_buyers",
            "One-time buyers",
            (),
            lambda: {"orders_count": {"eq": 1}},
        ),
        Template(
            "birthday_soon",
            "Birthday soon",
            (Parameter("key", values.TEXT, "birthday"), Parameter("days", DAYS_OF_A_YEAR, 30)),
            lambda key, days: {
                "metadata": {"key": key, "type": "date", "anniversary_within": {"days": days}}
            },
        ),
        Template(
            "by_country",
            "By country",
            (
                Parameter("countries", values.many(values.COUNTRY)),
                Parameter(
                    "address",
                    values.choice("any", "default_billing", "default_shipping", "default"),
                    "default",
                ),
            ),
            lambda countries, address: {"country": {"one_of": list(countries), "address": address}},
        ),
        Template(
            "by_email_domain",
            "By e-mail domain",
            (Parameter("domains", values.many(values.TEXT)),),
            lambda domains: {"email_domain": {"one_of": list(domains)}},
        ),
    )
}


def build(code: str, **given: object) -> Rule:
    """The rule of a template with these parameters. InvalidInput names what is wrong with them."""
    template = TEMPLATES.get(code)
    if template is None:
        known = ", ".join(TEMPLATES)
        raise InvalidInput(
            Sentence("There is no template {code!r}. Templates: {known}.", code=code, known=known),
            field="code",
        )
    names = {parameter.name for parameter in template.parameters}
    if unknown := sorted(set(given) - names):
        message = Sentence(
            "The template {code!r} has no parameter {unknown!r}.", code=code, unknown=unknown[0]
        )
        raise InvalidInput(message, field=unknown[0])
    read = {one.name: _read(one, given) for one in template.parameters}
    return template.rule(**read)


def ladder(
    steps: Sequence[tuple[str, str | Decimal]],
    *,
    currency: str,
    days: int,
    downgrade: bool = True,
    group_ids: Sequence[int] = (),
) -> tuple[Step, ...]:
    """A rule for each step (name, amount), lowest first: who spent that much in so many days.

    A customer is in the highest step only. Without `downgrade` who reached a step stays in it:
    what somebody spent in the best days ever cannot be told from the orders of the last days, so
    that the rule asks whether the customer is in the step's own group already. It needs the
    groups' ids then, in the order of the steps.
    """
    amounts = [_read(Parameter("steps", AMOUNT), {"steps": amount}) for _, amount in steps]
    rising = all(low < high for low, high in pairwise(amounts))
    if not amounts or not rising or len({name for name, _ in steps}) < len(steps):
        message = Sentence(
            "A ladder has at least one step, each with a name of its own, and each costs more "
            "than the one before."
        )
        raise InvalidInput(message, field="steps")
    if not downgrade and len(group_ids) != len(steps):
        message = Sentence(
            "A ladder without downgrade needs the id of each step's group, in order."
        )
        raise InvalidInput(message, field="group_ids")
    given = {"currency": currency, "days": days}
    read = [_read(one, given) for one in (Parameter("currency", values.CURRENCY), DAYS_WINDOW)]
    reached = [_spent(amount, *read) for amount in amounts]
    if not downgrade:
        kept: list[Rule] = [{"in_group": {"one_of": [group]}} for group in group_ids]
        reached = [{"any": list(pair)} for pair in zip(reached, kept, strict=True)]
    return tuple(Step(name, _highest(reached[n:])) for n, (name, _) in enumerate(steps))


def _at_most(most: int, data: object) -> int:
    days: int = cast(int, DAYS.read(data))
    if days > most:
        raise ValueError(days)
    return days


def _highest(reached: Sequence[Rule]) -> Rule:
    """The first of these steps, and none above it."""
    own, *above = reached
    return {"all": [own, *({"not": rule} for rule in above)]} if above else own


def _spent(amount: Decimal, currency: str, days: int) -> Rule:
    return {
        "total_spent": {
            "gte": format(amount, "f"),
            "currency": currency,
            "within": {"days": days},
        }
    }


def _read(parameter: Parameter, given: Mapping[str, object]) -> Any:
    data = given.get(parameter.name, parameter.default)
    try:
        found: Value = parameter.value.read(data)
    except (ValueError, OverflowError):
        message = Sentence(
            '"{parameter}" must be {expects}, not {data!r}.',
            parameter=parameter.name,
            expects=parameter.value.expects,
            data=str(data)[:40],
        )
        raise InvalidInput(message, field=parameter.name) from None
    return found
