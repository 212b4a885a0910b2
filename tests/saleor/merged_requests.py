"""Asks Saleor's own endpoint, into which our API is merged: a process of its own.

`python -m tests.saleor.merged_requests` runs on the test database that its parent made, and rolls
back what it did. It prints the answers as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django
from django.db import connections, transaction

QUERIES = {
    "me": "{ me { customerGroups { name slug metafields } } }",
    "my_loyalty": "{ me { loyalty { balances { amount { points } } } } }",
    "loyalty": """query($user: ID!) { user(id: $user) { loyalty {
        balances { amount { points } } statement(first: 1) { totalCount } } } }""",
    "user": "query($user: ID!) { user(id: $user) { customerGroups { name } } }",
    "variant": """query($variant: ID!) { productVariant(id: $variant, channel: "usd") {
        groupPricing { finalPrice { amount } reason }
        dozen: groupPricing(quantity: 12) { quantity } } }""",
    "none_of_it": """query($variant: ID!) { productVariant(id: $variant, channel: "usd") {
        groupPricing { reason } none: groupPricing(quantity: 0) { reason } } }""",
    "no_channel": """query($variant: ID!) { productVariant(id: $variant) {
        groupPricing { reason } } }""",
    "checkout": """query($checkout: ID!) { checkout(id: $checkout) {
        groupPricing { lines { quote { finalPrice { amount } } } } } }""",
    "groups": "{ customerGroups(first: 5) { totalCount edges { node { name membersCount } } } }",
    "dear": """{ customerGroups(first: 100) { edges { node {
        name membersCount segment { refersTo { name } } } } } }""",
    "too_dear": "{ customerGroups(first: 100) { edges { node { "
    + "membersCount " * 500
    + "} } } }",
    "null": """query($variant: ID!, $nothing: Int) {
        productVariant(id: $variant, channel: "usd") {
            groupPricing(quantity: $nothing) { quantity } } }""",
    "half": '{ customerGroup(slug: "\\ud800") { name } }',
    "half_within": """query($user: ID!) { user(id: $user) { loyalty {
        statement(first: 1, currency: "\\ud800") { totalCount } } } }""",
    "wrong_page": "{ customerGroups(first: 1000) { totalCount } }",
    "wrong_id": '{ groupPriceRule(id: "nonsense") { name } }',
    "create": """mutation { customerGroupCreate(input: {name: "Merged"}) {
        customerGroup { name } errors { field code } } }""",
    "refused": """mutation { customerGroupCreate(input: {name: "X", colour: "red"}) {
        errors { field code } } }""",
    "introspection": "{ __schema { queryType { fields { name } } } }",
    "prices": """query($variant: ID!) { myGroupPrices(channel: "usd", variants: [$variant]) {
        finalPrice { amount } } }""",
    "service": "{ _service { sdl } }",
}


def answers() -> dict[str, Any]:
    """Each query as each caller."""
    from saleor_customer_groups.groups import editing as groups
    from saleor_customer_groups.groups import membership
    from saleor_customer_groups.models import MembershipSource
    from tests import callers
    from tests.graphql.catalogue import id_of, stock
    from tests.graphql.test_quotes import checkout_of
    from tests.loyalty.conftest import points

    open_shop()
    catalogue, vip = stock(), groups.create_group("VIP")
    off(vip)
    alice, bob = callers.customer(), callers.customer("Bob")
    membership.add(vip, [alice.pk], source=MembershipSource.MANUAL)
    checkout, _ = checkout_of(alice, catalogue)
    variables = {
        "user": id_of(alice),
        "variant": id_of(catalogue.small),
        "checkout": id_of(checkout),
        "nothing": None,
    }
    points(alice, 500)
    staff = callers.staff("account.manage_users", "product.manage_products")
    cards = callers.staff(
        "account.manage_users", "giftcard.manage_gift_card", email="cards@example.com"
    )
    tokens = {
        "nobody": None,
        "alice": callers.token_of(alice),
        "bob": callers.token_of(bob),
        "staff": callers.token_of(staff),
        "cards": callers.token_of(cards),
        "app": callers.app_token("account.manage_users"),
    }
    found = {
        f"{name} by {who}": ask(query, variables, token)
        for name, query in QUERIES.items()
        for who, token in tokens.items()
    }
    switch_off()
    found["groups when off"] = ask(QUERIES["groups"], {}, tokens["staff"])
    return found


def open_shop() -> None:
    """The site, without which Saleor answers nothing."""
    from django.conf import settings
    from django.contrib.sites.models import Site
    from saleor.site.models import SiteSettings

    site, _ = Site.objects.get_or_create(domain="shop.example.com", defaults={"name": "Shop"})
    SiteSettings.objects.get_or_create(site=site)
    settings.SITE_ID = site.pk


def off(group: Any) -> None:
    """10 % off everything."""
    from decimal import Decimal

    from saleor_customer_groups.pricing import editing
    from saleor_customer_groups.pricing.inputs import RuleInput

    given = {"name": "VIP", "kind": "percentage_off", "percentage": Decimal(10)}
    editing.save_rule(RuleInput(group_ids=[group.pk], everything=True, **given))


def switch_off() -> None:
    """As a merchant does it in the Dashboard."""
    from saleor.plugins.models import PluginConfiguration

    from saleor_customer_groups import conf

    PluginConfiguration.objects.create(identifier=conf.PLUGIN_ID, active=False)


def ask(query: str, variables: dict[str, str | None], token: str | None) -> Any:
    """The answer's body."""
    from django.test import Client

    from tests import callers

    used = {name: value for name, value in variables.items() if f"${name}" in query}
    body = json.dumps({"query": query, "variables": used})
    headers: Any = callers.bearer(token) if token else {}
    answer = Client().post("/graphql/", body, content_type="application/json", **headers)
    return answer.json()


def main() -> None:
    """Print the answers."""
    django.setup()
    from django.conf import settings
    from saleor.tests.utils import prepare_test_db_connections

    prepare_test_db_connections()
    settings.PLUGINS = ["saleor_customer_groups.plugin.CustomerGroupsPlugin"]
    settings.ALLOWED_HOSTS = ["*"]
    for connection in connections.all(initialized_only=False):
        connection.settings_dict["NAME"] = os.environ["MERGED_DATABASE"]
    with transaction.atomic():
        found = answers()
        transaction.set_rollback(True)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
