"""Making, changing, switching and deleting endpoints, and their secrets."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from ...webhooks import endpoints
from ..screens import screen
from ..visit import Visit
from .endpoint import context_of, endpoint_or_404
from .forms import EndpointForm, initial_of


@screen("endpoints.manage")
def new(visit: Visit) -> HttpResponse:
    """A new endpoint; then its secret, this once."""
    form = EndpointForm(visit.data, initial={"hears": "everything"})
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        with form.refusing():
            issued = endpoints.create(given["name"], given["url"], names=form.subscription())
            toast = _("%(endpoint)s was created.") % {"endpoint": issued.endpoint.name}
            return visit.tell(_secret(visit, issued), toast)
    return visit.form("endpoints/new.html", {"area": "endpoints", "form": form})


@screen("endpoints.read", change="endpoints.manage")
def settings(visit: Visit, endpoint_id: int) -> HttpResponse:
    """What it is called, where it is and what it hears."""
    endpoint = endpoint_or_404(endpoint_id)
    form = EndpointForm(visit.data, initial=initial_of(endpoint))
    if visit.posted and form.is_valid():
        given = form.cleaned_data
        with form.refusing():
            endpoints.update(endpoint, name=given["name"], url=given["url"])
            endpoints.subscribe(endpoint, form.subscription())
            return visit.go(visit.link("endpoint-settings", endpoint_id), toast=_("Saved."))
    return visit.form("endpoints/settings.html", {**context_of(endpoint, "settings"), "form": form})


@screen("endpoints.manage")
def rotate(visit: Visit, endpoint_id: int) -> HttpResponse:
    """The dialog that gives it a new secret; then the secret, this once."""
    endpoint = endpoint_or_404(endpoint_id)
    if visit.posted:
        return _secret(visit, endpoints.rotate(endpoint), rotated=True)
    return visit.render("endpoints/rotate.html", context_of(endpoint, ""))


@screen("endpoints.manage")
def switch(visit: Visit, endpoint_id: int) -> HttpResponse:
    """The dialog that switches it on, with or without what it missed, or off."""
    endpoint = endpoint_or_404(endpoint_id)
    if not visit.posted:
        return visit.render("endpoints/switch.html", context_of(endpoint, ""))
    if visit.request.POST.get("to") == "on":
        endpoints.enable(endpoint, missed="missed" in visit.request.POST)
        toast = _("%(endpoint)s is on.")
    else:
        endpoints.disable(endpoint)
        toast = _("%(endpoint)s is off.")
    address = visit.link("endpoint", endpoint_id)
    return visit.go(address, toast=toast % {"endpoint": endpoint.name})


@screen("endpoints.manage")
def delete(visit: Visit, endpoint_id: int) -> HttpResponse:
    """The dialog that deletes it."""
    endpoint = endpoint_or_404(endpoint_id)
    if visit.posted:
        endpoints.delete(endpoint)
        toast = _("%(endpoint)s was deleted.") % {"endpoint": endpoint.name}
        return visit.go(visit.link("endpoints"), toast=toast)
    return visit.render("endpoints/delete.html", context_of(endpoint, ""))


def _secret(visit: Visit, issued: endpoints.Issued, *, rotated: bool = False) -> HttpResponse:
    context = {
        "area": "endpoints",
        "name": issued.endpoint.name,
        "secret": issued.secret,
        "rotated": rotated,
        "next": visit.link("endpoint", issued.endpoint.pk),
    }
    return visit.render("endpoints/secret.html", context)
