"""The demo's accounts, the groups, and who is in which."""

from __future__ import annotations

from django.contrib.sites.models import Site
from saleor.account.models import User
from saleor.permission.enums import get_permissions
from saleor.site.models import SiteSettings

from saleor_customer_groups.groups import defaults, editing, membership, queries
from saleor_customer_groups.models import CustomerGroup, MembershipSource

from .. import demo

ACTOR = "seed"
GROUPS = (
    ("vip", "VIP", "Our best customers: 10 % off everything, and more off coffee.", "#b8860b", 20),
    ("wholesale", "Wholesale", "Buys in quantities, from the wholesale price list.", "#1d4d43", 30),
    (
        "pays-in-60-days",
        "Pays in 60 days",
        "Pays late: 5 % on whatever is not on a price list.",
        "#7d4b9b",
        10,
    ),
)


def fill() -> None:
    """Make the missing groups and accounts; bring the accounts into their groups."""
    site, _ = Site.objects.get_or_create(pk=1, defaults={"domain": "shop", "name": "shop"})
    SiteSettings.objects.update_or_create(
        site=site, defaults={"enable_account_confirmation_by_email": False}
    )
    groups = {facts[0]: _group(*facts) for facts in GROUPS}
    for person in demo.PEOPLE:
        user = _account(person)
        if not person.is_staff:
            defaults.ensure_default(user.pk, actor=ACTOR)
        for slug in person.groups:
            membership.add(
                groups[slug],
                [user.pk],
                source=MembershipSource.MANUAL,
                reason="Demo",
                actor=ACTOR,
            )


def _group(slug: str, name: str, description: str, colour: str, priority: int) -> CustomerGroup:
    group = queries.group_by_slug(slug)
    if group is not None:
        return group
    return editing.create_group(
        name, slug=slug, description=description, colour=colour, priority=priority
    )


def _account(person: demo.Person) -> User:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        user = User(email=person.email, first_name=person.first_name, last_name=person.last_name)
        user.is_staff = person.is_staff
        user.set_password(demo.PASSWORD)
        user.save()
    if person.is_staff:  # may do all that our pages offer
        user.user_permissions.set(get_permissions())
    return user
