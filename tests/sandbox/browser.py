"""A shopper's browser: opens pages, presses buttons, and reads what stands there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client
from saleor.product.models import ProductVariant

SPACE = re.compile(r"\s+")
TAG = re.compile(r"<[^>]+>")
FORM = re.compile(r"<form.*?</form>", re.DOTALL)


def words(html: str) -> str:
    """The text of a piece of HTML, without forms."""
    return SPACE.sub(" ", unescape(TAG.sub(" ", FORM.sub("", html)))).replace("\xa0", " ").strip()


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was opened."""

    status: int
    html: str

    def card(self, slug: str) -> str:
        """What stands on a product's card in the list, below its category."""
        found = re.search(rf'data-product="{slug}".*?</a>', self.html, re.DOTALL)
        assert found, f"{slug} is not on the list"
        name = re.search(r'class="name".*', found[0], re.DOTALL)
        assert name
        return words("<" + name[0])

    @property
    def rows(self) -> list[str]:
        """The lines of a basket or an order."""
        body = re.search(r"<tbody>(.*?)</tbody>", self.html, re.DOTALL)
        return [words(row) for row in body[1].split("</tr>")[:-1]] if body else []

    @property
    def total(self) -> str:
        """The sum to pay."""
        found = re.search(r'class="total"><dt>Total</dt><dd>(.*?)</dd>', self.html)
        assert found, "there is no total"
        return words(found[1])

    @property
    def notes(self) -> list[str]:
        """What the shop told the shopper."""
        return [words(note) for note in re.findall(r'<p class="note[^>]*>(.*?)</p>', self.html)]

    @property
    def text(self) -> str:
        """All of the page's own text."""
        main = re.search(r"<main.*?</main>", self.html, re.DOTALL)
        return words(main[0]) if main else ""


class Browser:
    """One browser; it keeps its cookies."""

    def __init__(self) -> None:
        self.client = Client()

    def open(self, path: str) -> Page:
        """Go to a page; redirects are followed."""
        return self._page(self.client.get(path, follow=True))

    def send(self, path: str, **values: Any) -> Page:
        """Send a form; the page that follows."""
        return self._page(self.client.post(path, values, follow=True))

    def become(self, name: str) -> Page:
        """Be one of the demo's people by first name, or "guest"."""
        email = "" if name == "guest" else f"{name.lower()}@example.com"
        return self.send("/become/", email=email, next="/basket/")

    def buy(self, sku: str, quantity: int = 1) -> Page:
        """Put a variant into the basket."""
        variant = ProductVariant.objects.get(sku=sku)
        return self.send("/basket/add/", variant=variant.pk, quantity=quantity)

    @staticmethod
    def _page(response: Any) -> Page:
        return Page(response.status_code, response.content.decode())
