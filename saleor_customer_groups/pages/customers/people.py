"""The customers of the shop, by group and name; the ticked ones or all of them enter a group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...groups import listing as groups_listing
from ...importing import filling, sources
from ...models import CustomerGroup, GroupKind
from ..forms import Form
from ..groups.group import filled_page
from ..groups.members import counted
from ..ids import number_of, numbers_of
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from ..words import KINDS
from .adding import GroupForm

SORTS: Final = {
    "email": ("email", "pk"),
    "name": ("last_name", "first_name", "pk"),
    "registered": ("-date_joined", "pk"),
}
SHOWN: Final = 4  # groups of a customer


@dataclass(frozen=True)
class Chosen:
    """Who is meant by a dialog: the ticked customers, or all whom the list finds."""

    ids: list[int]
    q: str
    group_id: int | None

    @property
    def source(self) -> dict[str, Any]:
        """They, for the core."""
        if self.ids:
            return sources.of_customers(self.ids)
        return sources.of_list(self.q, group_id=self.group_id)

    @cached_property
    def counted(self) -> int:
        """How many they are, up to what is done at once; one more says that they are more."""
        most = filling.AT_ONCE + 1
        return sources.count(self.source, most=most, now=timezone.now())

    @property
    def count(self) -> int:
        """The number that is shown: exact unless they are many."""
        return min(self.counted, filling.AT_ONCE)

    @property
    def is_many(self) -> bool:
        """Whether it takes longer than somebody waits; the import counts them then."""
        return self.counted > filling.AT_ONCE


class MakeForm(Form):
    """A new group of them."""

    name = forms.CharField(max_length=250, label=gettext_lazy("Name"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(kind, KINDS[kind]) for kind in (GroupKind.MANUAL, GroupKind.SNAPSHOT)],
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        label=gettext_lazy("Days that the snapshot lasts"),
        help_text=gettext_lazy("Empty: as the shop has set."),
    )
    renamed: ClassVar[dict[str, str]] = {"group": ""}

    @property
    def hides_days(self) -> bool:
        """Whether the chosen kind has no end."""
        return bool(self["kind"].value() != GroupKind.SNAPSHOT)


@screen("members.read")
def customers(visit: Visit) -> HttpResponse:
    """The list, with the groups of those on the page. `into`: the group that the merchant fills."""
    text, now = visit.asked("q"), timezone.now()
    group, into = _group(visit.asked("group")), _group(visit.asked("into"))
    group_id = group.pk if group else None
    found = groups_listing.customers_found(text, group_id=group_id, now=now)
    page = listing(visit, found, sorts=SORTS, default="email", keep=("q", "group", "into"))
    groups = groups_listing.groups_of([row.pk for row in page.rows], now=now)
    rows = [(row, groups.get(row.pk, [])) for row in page.rows]
    context = {
        "area": "customers",
        "list": page,
        "rows": [(row, some[:SHOWN], len(some[SHOWN:])) for row, some in rows],
        "q": text,
        "group": group,
        "into": into,
    }
    return visit.listed("customers/list.html", "customers/rows.html", context)


@screen("members.manage")
def add(visit: Visit) -> HttpResponse:
    """The dialog that puts them into a group."""
    chosen, into = _chosen(visit), visit.number("into")
    form = GroupForm(visit.data, initial={"group": [into] if into else []})
    if visit.posted and form.is_valid():
        group = CustomerGroup.objects.filter(pk__in=form.cleaned_data["group"]).first()
        with form.refusing():
            if group is None:
                form.add_error("group", _("Choose a group first."))
            else:
                return _put_in(visit, group, chosen)
    return visit.form("customers/add.html", {"form": form, "chosen": chosen})


@screen("members.manage")
def make(visit: Visit) -> HttpResponse:
    """The dialog that makes a group of them."""
    visit.caller.require("groups.manage")
    chosen, form = _chosen(visit), MakeForm(visit.data)
    if visit.posted and form.is_valid():
        with form.refusing():
            made = filling.gather(source=chosen.source, actor=visit.actor, **form.cleaned_data)
            toast = _("%(group)s was created.") % {"group": made.group.name}
            return visit.go(filled_page(visit, made), toast=toast)
    return visit.form("customers/make.html", {"form": form, "chosen": chosen})


def _put_in(visit: Visit, group: CustomerGroup, chosen: Chosen) -> HttpResponse:
    """At once, or as an import that is seen first, and can be stopped and undone."""
    name = _("Customers of a list")
    done = filling.put_in(group, chosen.source, name=name, actor=visit.actor)
    counts = done.counts
    if counts is None:
        return visit.go(filled_page(visit, done))
    toast = counted(counts.added, already=counts.already, full=counts.full)
    return visit.go(filled_page(visit, done), toast=toast)


def _chosen(visit: Visit) -> Chosen:
    given = visit.request.POST if visit.posted else visit.request.GET
    group = given.get("group_filter" if visit.posted else "group", "")
    q = given.get("q", "").replace("\x00", "").strip()
    return Chosen(numbers_of(given.getlist("customer")), q, number_of(group))


def _group(text: str) -> CustomerGroup | None:
    number = number_of(text)
    return None if number is None else CustomerGroup.objects.filter(pk=number).first()
