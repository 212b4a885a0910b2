"""The popup on the list of customers: put the ticked ones into a group. Also as a page."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from ...groups import membership
from ...models import CustomerGroup, MembershipSource
from ..forms import Form, Picked
from ..groups.members import added
from ..ids import pk_of
from ..screens import screen
from ..visit import Visit


class GroupForm(Form):
    """The group that they enter."""

    renamed: ClassVar[dict[str, str]] = {"group": ""}

    group = Picked(kind="groups", single=True, label=_("Group"))


@screen("groups.read", change="members.manage", kind="popup", page="customers-chosen")
def add_to_group(visit: Visit) -> HttpResponse:
    """Which group, and then how many entered it."""
    return _ask(visit, "customers/add_to_group.html")


@screen("groups.read", change="members.manage")
def chosen(visit: Visit) -> HttpResponse:
    """The same as a page."""
    return _ask(visit, "customers/chosen_page.html", is_page=True)


def _ask(visit: Visit, template: str, *, is_page: bool = False) -> HttpResponse:
    ids = _customers(visit)
    form = GroupForm(visit.data)
    if visit.posted and form.is_valid():
        group = CustomerGroup.objects.filter(pk__in=form.cleaned_data["group"]).first()
        with form.refusing():
            if group is None:
                form.add_error("group", _("Choose a group first."))
            else:
                result = membership.add(
                    group, ids, source=MembershipSource.MANUAL, actor=visit.actor
                )
                if is_page:
                    return visit.go(visit.link("group", group.pk), toast=added(result))
                return visit.close_popup(toast=added(result))
    context = {"form": form, "ids": ids, "area": "customers", "is_page": is_page}
    return visit.form(template, context)


def _customers(visit: Visit) -> list[int]:
    """The Dashboard names them in one parameter with commas (a popup) or one each (a page)."""
    given = visit.request.GET
    texts = [given.get("customerId", ""), *given.get("customerIds", "").split(",")]
    texts += [str(given[name]) for name in given if name.startswith("customerIds[")]
    return sorted({pk for text in texts if (pk := pk_of("User", text)) is not None})
