"""Small shared pieces, named as in Saleor."""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.contrib.sites.models import Site
from django.utils.encoding import iri_to_uri


def get_public_url(domain: str | None = None) -> str:
    """Where browsers reach the shop."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    return f"http://{domain or Site.objects.get_current().domain}"


def build_absolute_uri(location: str, domain: str | None = None) -> str:
    return iri_to_uri(urljoin(get_public_url(domain), location))
