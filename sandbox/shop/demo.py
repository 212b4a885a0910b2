"""The people of the demo: who they are, and why they pay what they pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "group-prices"


@dataclass(frozen=True, slots=True)
class Person:
    """A demo account. `groups` are slugs; everybody but staff is in the default group too."""

    first_name: str
    last_name: str
    email: str
    story: str
    groups: tuple[str, ...] = ()
    is_staff: bool = False


PEOPLE: Final = (
    Person(
        "Alice", "Archer", "alice@example.com", "VIP: 10 % off everything, more on coffee", ("vip",)
    ),
    Person("Bob", "Baker", "bob@example.com", "Standard: the shop's own prices"),
    Person(
        "Charlie",
        "Chandler",
        "charlie@example.com",
        "Wholesale: a price list, all else 5 % up",
        ("wholesale", "pays-in-60-days"),
    ),
    Person("Sam", "Staff", "staff@example.com", "Staff: works here, has no group", is_staff=True),
)
