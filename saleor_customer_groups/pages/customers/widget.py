"""The widget on a customer's page: their groups."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ...errors import CustomerGroupsError
from ...groups import membership
from ...groups.kinds import KEPT_BY_RULE
from ...host import dashboard
from ...models import CustomerGroup, Membership, MembershipSource
from ..ids import number_of, pk_of
from ..panels import PAGES
from ..prices.summary import in_force
from ..screens import screen
from ..sentences import said
from ..visit import Visit, told


@screen("members.read", change="members.manage", kind="widget")
def customer(visit: Visit) -> HttpResponse:
    """The groups of a customer; a picked group is joined, a ticked one left."""
    found = _customer_or_404(visit)
    toast, status = _change(visit, found) if visit.posted else ("", "")
    memberships = Membership.objects.active(timezone.now()).filter(customer=found)
    rows = memberships.select_related("group").order_by("-group__priority", "group__name")[:100]
    sees = _opens(visit, "prices.read")
    prices, more = in_force([row.group_id for row in rows]) if sees else ([], False)
    context = {
        "prices": prices,
        "more": more,
        "customer": found,
        "rows": rows,
        "by_rule": KEPT_BY_RULE,
        "global_id": _asked(visit),
        "explains": _page(f"{visit.link('price-explain')}?customer={found.pk}") if sees else None,
    }
    if _opens(visit, "loyalty.read"):
        context["statement"] = _page(visit.link("loyalty-customer", found.pk))
    return told(visit.render("customers/widget.html", context), toast, status=status)


def _opens(visit: Visit, act: str) -> bool:
    """Whether the reader may do it here, or on a page of ours."""
    return visit.may(act) or dashboard.opens(visit.caller, act)


def _page(address: str) -> str | None:
    """Where the Dashboard shows a page of ours."""
    return dashboard.page_of(address.partition(PAGES)[2])


def _asked(visit: Visit) -> str:
    return visit.asked("customerId")


def _customer_or_404(visit: Visit) -> Any:
    pk = pk_of("User", _asked(visit))
    found = get_user_model()._default_manager.filter(pk=pk).first() if pk else None
    if found is None:
        raise Http404
    return found


def _change(visit: Visit, customer: Any) -> tuple[str, str]:
    """What was done, for a toast, and how it went."""
    join, leave = visit.request.POST.get("join", ""), visit.request.POST.get("leave", "")
    number = number_of(join or leave)
    group = None if number is None else CustomerGroup.objects.filter(pk=number).first()
    if group is None:
        return _("Choose a group first."), "warning"
    by_hand, actor = MembershipSource.MANUAL, visit.actor
    try:
        if join:
            membership.add(group, [customer.pk], source=by_hand, actor=actor)
        else:
            membership.remove(group, [customer.pk], source=by_hand, actor=actor)
    except CustomerGroupsError as refusal:
        return said(refusal.message), "error"
    return _("Saved."), "success"
