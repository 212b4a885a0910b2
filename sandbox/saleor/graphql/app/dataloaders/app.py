"""Apps by their tokens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password

from ....app.models import App, AppToken
from ...core.dataloaders import DataLoader


class AppByTokenLoader(DataLoader):
    context_key = "app_by_token"

    def batch_load(self, keys: Any) -> list[App | None]:
        return [self._app(token) for token in keys]

    def _app(self, token: str) -> App | None:
        rows = AppToken.objects.using(self.database_connection_name).filter(
            token_last_4=token[-4:], app__is_active=True, app__removed_at__isnull=True
        )
        found = (row for row in rows.select_related("app") if check_password(token, row.auth_token))
        row = next(found, None)
        return row.app if row else None
