"""The customers of the shop, by group and name; the ticked ones or all of them enter a group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...groups import bulk, gathering
from ...groups import listing as groups_listing
from ...importing import found as importing
from ...models import CustomerGroup, GroupKind, MembershipSource
from ..forms import Form
from ..groups.members import counted
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
AT_ONCE: Final = 10_000  # customers who are put in while somebody waits; more are an import
READ: Final = 5_000


@dataclass(frozen=True)
class Chosen:
    """Who is meant by a dialog: the ticked customers, or all whom the list finds."""

    ids: list[int]
    q: str
    group_id: int | None

    @property
    def customers(self) -> QuerySet[Any]:
        """They, as a queryset."""
        if self.ids:
            found = groups_listing.customers_found(group_id=None, now=timezone.now())
            return found.filter(pk__in=self.ids)
        return groups_listing.customers_found(self.q, group_id=self.group_id, now=timezone.now())

    @cached_property
    def count(self) -> int:
        """How many they are: exactly, since it is shown before an act."""
        return self.customers.order_by().count()

    @property
    def is_many(self) -> bool:
        """Whether it takes longer than somebody waits."""
        return self.count > AT_ONCE

    def read(self) -> Any:
        """Their ids, ascending, in chunks."""
        return self.customers.order_by("pk").values_list("pk", flat=True).iterator(READ)


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
    """The list, with the groups of those on the page."""
    text, now = visit.asked("q"), timezone.now()
    group = _group(visit.asked("group"))
    group_id = group.pk if group else None
    found = groups_listing.customers_found(text, group_id=group_id, now=now)
    page = listing(visit, found, sorts=SORTS, default="email", keep=("q", "group"))
    groups = groups_listing.groups_of([row.pk for row in page.rows], now=now)
    rows = [(row, groups.get(row.pk, [])) for row in page.rows]
    context = {
        "area": "customers",
        "list": page,
        "rows": [(row, some[:SHOWN], len(some[SHOWN:])) for row, some in rows],
        "q": text,
        "group": group,
        "chosen_groups": [group.pk] if group else [],
    }
    return visit.listed("customers/list.html", "customers/rows.html", context)


@screen("members.manage")
def add(visit: Visit) -> HttpResponse:
    """The dialog that puts them into a group."""
    chosen, form = _chosen(visit), GroupForm(visit.data)
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
            ids = () if chosen.is_many else chosen.read()
            group = gathering.gather(customer_ids=ids, actor=visit.actor, **form.cleaned_data)
            if chosen.is_many:
                return _put_in(visit, group, chosen)
            toast = _("%(group)s was created.") % {"group": group.name}
            return visit.go(visit.link("group", group.pk), toast=toast)
    return visit.form("customers/make.html", {"form": form, "chosen": chosen})


def _put_in(visit: Visit, group: CustomerGroup, chosen: Chosen) -> HttpResponse:
    """At once, or as an import whose progress is shown and which can be stopped and undone."""
    if chosen.is_many:
        name = _("%(n)s customers") % {"n": chosen.count}
        job = importing.import_customers(group, chosen.read(), name=name, actor=visit.actor)
        return visit.go(visit.link("group-import", group.pk, job.pk))
    by_hand = MembershipSource.MANUAL
    counts = bulk.add_many(group, chosen.read(), source=by_hand, actor=visit.actor)
    toast = counted(counts.added, already=counts.already, full=counts.full)
    return visit.go(visit.link("group", group.pk), toast=toast)


def _chosen(visit: Visit) -> Chosen:
    given = visit.request.POST if visit.posted else visit.request.GET
    ids = [int(text) for text in given.getlist("customer") if text.isdecimal() and len(text) < 10]
    group = given.get("group_filter" if visit.posted else "group", "")
    q = given.get("q", "").replace("\x00", "").strip()
    return Chosen(ids, q, int(group) if group.isdecimal() else None)


def _group(text: str) -> CustomerGroup | None:
    is_id = text.isdecimal() and len(text) < 10
    return CustomerGroup.objects.filter(pk=text).first() if is_id else None
