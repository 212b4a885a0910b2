"""What follows a registration, in the worker."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator

from ..celeryconf import app
from ..core.db.connection import allow_writer
from ..core.utils.events import call_event
from ..plugins.manager import get_plugins_manager
from ..site.models import SiteSettings
from .models import User


@app.task()  # type: ignore[misc]
@allow_writer()
def finish_creating_user(
    user_pk: int | None, redirect_url: str | None, channel_slug: str, context_data: dict[str, Any]
) -> None:
    """Tell the plugins about a new customer, and that they have to confirm where that is on."""
    if not user_pk:
        return
    user = User.objects.get(pk=user_pk)
    manager = get_plugins_manager(allow_replica=True)
    # Saleor always has this row; a sandbox before `seed` does not, and then nobody must confirm.
    site = SiteSettings.objects.filter(site_id=settings.SITE_ID).first()
    if site and site.enable_account_confirmation_by_email:
        token = default_token_generator.make_token(user)
        requested = manager.account_confirmation_requested
        call_event(requested, user, channel_slug, token, redirect_url)
    call_event(manager.customer_created, user)
