"""Saleor's GraphQL as a shopper or a staff member uses it, in process or over HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import graphene
from django.test import Client

CHECKOUT = """
fragment Basket on Checkout {
  id token voucherCode
  discount { amount }
  subtotalPrice { gross { amount } }
  totalPrice { gross { amount } }
  lines {
    id quantity
    variant { sku }
    undiscountedUnitPrice { amount }
    unitPrice { gross { amount } }
    undiscountedTotalPrice { amount }
    totalPrice { gross { amount } }
  }
}
"""

ERRORS = "errors { field message code }"

Transport = Callable[[bytes, dict[str, str]], bytes]


class Refusal(AssertionError):
    """The API answered with errors; the test expected none."""


def in_process(body: bytes, headers: dict[str, str]) -> bytes:
    """Through Django's test client: real commits in a transactional test."""
    extra = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answer = Client().post("/graphql/", body, content_type="application/json", **extra)
    return answer.content


def over_http(url: str) -> Transport:
    """To a running server."""

    def send(body: bytes, headers: dict[str, str]) -> bytes:
        request = urllib.request.Request(
            url, data=body, headers={**headers, "Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    return send


@dataclass
class Api:
    """Requests of one person; `token` None is a guest."""

    transport: Transport = in_process
    token: str | None = None

    def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of the answer. AssertionError for errors at the top level."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = json.dumps({"query": query, "variables": variables}).encode()
        answer = json.loads(self.transport(body, headers))
        if answer.get("errors"):
            raise Refusal(json.dumps(answer["errors"], indent=1)[:3000])
        return answer["data"]

    def call(self, query: str, **variables: Any) -> dict[str, Any]:
        """The one mutation of `query`, which must have no errors."""
        (answer,) = self.send(query, **variables).values()
        if answer.get("errors"):
            raise Refusal(json.dumps(answer["errors"], indent=1))
        return answer

    def login(self, email: str, password: str) -> Api:
        """The same person, logged in."""
        answer = self.call(
            """mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) {
            token errors { field message code } } }""",
            e=email,
            p=password,
        )
        return Api(self.transport, answer["token"])

    # -- the basket

    def create(self, channel: str, *lines: tuple[Any, int], email: str | None = None) -> Basket:
        """checkoutCreate."""
        answer = self.call(
            CHECKOUT
            + "mutation($i: CheckoutCreateInput!) { checkoutCreate(input: $i) { "
            + "checkout { ...Basket } "
            + ERRORS
            + " } }",
            i={"channel": channel, "email": email, "lines": _lines(lines)},
        )
        return Basket(answer["checkout"])

    def add(self, basket: Basket, *lines: tuple[Any, int]) -> Basket:
        """checkoutLinesAdd."""
        return self._change(
            basket,
            "checkoutLinesAdd",
            "$id: ID!, $l: [CheckoutLineInput!]!",
            "id: $id, lines: $l",
            l=_lines(lines),
        )

    def update(self, basket: Basket, variant: Any, quantity: int) -> Basket:
        """checkoutLinesUpdate."""
        return self._change(
            basket,
            "checkoutLinesUpdate",
            "$id: ID!, $l: [CheckoutLineUpdateInput!]!",
            "id: $id, lines: $l",
            l=_lines([(variant, quantity)]),
        )

    def delete(self, basket: Basket, line: str) -> Basket:
        """checkoutLinesDelete, of one line."""
        return self._change(
            basket, "checkoutLinesDelete", "$id: ID!, $l: [ID!]!", "id: $id, linesIds: $l", l=[line]
        )

    def promo(self, basket: Basket, code: str) -> Basket:
        """checkoutAddPromoCode."""
        return self._change(
            basket,
            "checkoutAddPromoCode",
            "$id: ID!, $c: String!",
            "id: $id, promoCode: $c",
            c=code,
        )

    def drop_promo(self, basket: Basket, code: str) -> Basket:
        """checkoutRemovePromoCode."""
        return self._change(
            basket,
            "checkoutRemovePromoCode",
            "$id: ID!, $c: String",
            "id: $id, promoCode: $c",
            c=code,
        )

    def attach(self, basket: Basket) -> Basket:
        """checkoutCustomerAttach, to oneself."""
        return self._change(basket, "checkoutCustomerAttach", "$id: ID!", "id: $id")

    def detach(self, basket: Basket) -> Basket:
        """checkoutCustomerDetach."""
        return self._change(basket, "checkoutCustomerDetach", "$id: ID!", "id: $id")

    def look(self, basket: Basket) -> Basket:
        """A plain query."""
        answer = self.send(
            CHECKOUT + "query($id: ID!) { checkout(id: $id) { ...Basket } }", id=basket.id
        )
        return Basket(answer["checkout"])

    def from_order(self, order: str) -> Basket:
        """checkoutCreateFromOrder."""
        answer = self.call(
            CHECKOUT
            + "mutation($id: ID!) { checkoutCreateFromOrder(id: $id) { checkout { ...Basket } "
            + ERRORS
            + " } }",
            id=order,
        )
        return Basket(answer["checkout"])

    def bill_to(self, basket: Basket) -> Basket:
        """checkoutBillingAddressUpdate."""
        address = {
            "firstName": "A", "lastName": "B", "streetAddress1": "1 Main St",
            "city": "New York", "postalCode": "10001", "country": "US", "countryArea": "NY",
        }  # fmt: skip
        return self._change(
            basket,
            "checkoutBillingAddressUpdate",
            "$id: ID!, $a: AddressInput!",
            "id: $id, billingAddress: $a",
            a=address,
        )

    def complete(self, basket: Basket) -> dict[str, Any]:
        """checkoutComplete: its answer with `order` and `errors`."""
        (answer,) = self.send(
            """mutation($id: ID!) { checkoutComplete(id: $id) { errors { field message code }
            order { id number status total { gross { amount } }
              undiscountedTotal { gross { amount } }
              lines { id quantity unitDiscountReason unitDiscount { amount }
                unitPrice { gross { amount } } undiscountedUnitPrice { gross { amount } }
                totalPrice { gross { amount } } } } } }""",
            id=basket.id,
        ).values()
        return answer

    def _change(
        self, basket: Basket, name: str, declared: str, passed: str, **variables: Any
    ) -> Basket:
        query = (
            f"{CHECKOUT} mutation({declared}) {{ {name}({passed}) "
            f"{{ checkout {{ ...Basket }} {ERRORS} }} }}"
        )
        return Basket(self.call(query, id=basket.id, **variables)["checkout"])


def _lines(lines: Any) -> list[dict[str, Any]]:
    return [{"variantId": global_id("ProductVariant", v.pk), "quantity": q} for v, q in lines]


def global_id(kind: str, key: Any) -> str:
    """Saleor's global id."""
    return graphene.Node.to_global_id(kind, key)


@dataclass
class Basket:
    """A checkout as it was answered."""

    data: dict[str, Any]

    @property
    def id(self) -> str:
        """Its global id."""
        return self.data["id"]

    @property
    def token(self) -> str:
        """Its primary key."""
        return self.data["token"]

    @property
    def total(self) -> Decimal:
        """What is to be paid."""
        return _money(self.data["totalPrice"]["gross"])

    @property
    def discount(self) -> Decimal:
        """What a voucher or order promotion takes off."""
        return _money(self.data["discount"])

    @property
    def was_now(self) -> list[tuple[Decimal, Decimal]]:
        """Each line's price without and with discounts, for one unit."""
        return [
            (_money(line["undiscountedUnitPrice"]), _money(line["unitPrice"]["gross"]))
            for line in self.data["lines"]
        ]

    def line(self, index: int = 0) -> str:
        """A line's id."""
        return self.data["lines"][index]["id"]


def _money(value: dict[str, Any] | None) -> Decimal:
    return Decimal(str(value["amount"])) if value else Decimal(0)
