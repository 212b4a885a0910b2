"""Composing: a new draft, a draft changed, and what a customer would read."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.utils.translation import gettext as _

from ... import conf
from ...broadcasts import compose, editing
from ...errors import CustomerGroupsError
from ...models import Broadcast, BroadcastAudience, BroadcastFormat, CustomerGroup
from ..ids import numbers_of
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from .broadcast import MANAGE, READ, broadcast_or_404
from .forms import BroadcastForm, initial_of

BEGUN: Final = {"channel": "email", "format": "plain", "audience": "group", "marketing_only": True}
# Nobody in particular, while no customer is chosen.
EXAMPLE: Final = {
    "first_name": "Alice",
    "last_name": "Example",
    "email": "alice@example.com",
    "language": "en",
}


@screen(MANAGE)
def new(visit: Visit) -> HttpResponse:
    """A new draft, perhaps for a group that is named, or as a copy of another."""
    number = visit.number("from")
    model = broadcast_or_404(number) if number else None
    initial: dict[str, Any] = initial_of(model) if model else dict(BEGUN)
    if group := visit.number("group"):
        initial["group"] = [group]
    form = BroadcastForm(visit.data, initial=initial)
    if visit.posted and form.is_valid():
        with form.refusing():
            made = editing.create_broadcast(actor=visit.actor, **form.details())
            return visit.go(visit.link("broadcast", made.pk), toast=_("The draft is saved."))
    return visit.form("broadcasts/compose.html", _context(form, None))


@screen(MANAGE)
def edit(visit: Visit, broadcast_id: int) -> HttpResponse:
    """A draft, to be changed."""
    found = broadcast_or_404(broadcast_id)
    form = BroadcastForm(visit.data, initial=initial_of(found), broadcast=found)
    if visit.posted and form.is_valid():
        with form.refusing():
            editing.update_broadcast(broadcast_id, **form.details())
            return visit.go(visit.link("broadcast", broadcast_id), toast=_("The draft is saved."))
    return visit.form("broadcasts/compose.html", _context(form, found))


@screen(MANAGE)
def letter(visit: Visit) -> HttpResponse:
    """What a customer would read of the form as it is. Nothing is saved."""
    sent = visit.request.POST
    is_html = (sent.get("channel"), sent.get("format")) == ("email", "html")
    of_group = sent.get("audience") == BroadcastAudience.GROUP
    groups = numbers_of(sent.getlist("group"))
    found = CustomerGroup.objects.filter(pk__in=groups).first() if of_group else None
    draft = Broadcast(
        title=sent.get("title", ""),
        text=sent.get("text", ""),
        format=BroadcastFormat.HTML if is_html else BroadcastFormat.PLAIN,
        audience=sent.get("audience", ""),
        group_name=found.name if found else "",
    )
    return visit.render("broadcasts/letter.html", _letter(visit, draft, sent.getlist("who")))


@screen(READ)
def message(visit: Visit, broadcast_id: int) -> HttpResponse:
    """What a customer reads of a broadcast that is saved."""
    found = broadcast_or_404(broadcast_id)
    if found.group is not None:
        found.group_name = found.group.name
    who = visit.request.GET.getlist("who")
    return visit.render("broadcasts/letter.html", _letter(visit, found, who))


def _letter(visit: Visit, draft: Broadcast, who: list[str]) -> dict[str, Any]:
    is_html = draft.format == BroadcastFormat.HTML
    try:
        composition = compose.compose(
            draft.title,
            draft.text,
            html=is_html,
            with_group=draft.audience == BroadcastAudience.GROUP,
        )
        person = _person(visit, who)
        values = compose.values(group_name=draft.group_name, **(person or EXAMPLE))
        found = composition.letter(values)
    except CustomerGroupsError as refusal:
        return {"refusal": said(refusal.message), "is_empty": not (draft.title and draft.text)}
    return {"letter": found, "is_html": is_html, "is_example": person is None}


def _person(visit: Visit, who: list[str]) -> dict[str, str] | None:
    """The customer that was picked, if the reader may know them."""
    numbers = numbers_of(who)
    if not numbers or not visit.may("members.read"):
        return None
    found: Any = get_user_model()._default_manager.filter(pk=numbers[-1]).first()
    if found is None:
        return None
    names = ("first_name", "last_name", "email")
    return {**{name: getattr(found, name) for name in names}, "language": found.language_code}


def _context(form: BroadcastForm, broadcast: Broadcast | None) -> dict[str, Any]:
    return {
        "area": "broadcasts",
        "form": form,
        "broadcast": broadcast,
        "hides": form.hides,
        "no_consent_key": conf.get("MARKETING_CONSENT_KEY") is None,
    }
