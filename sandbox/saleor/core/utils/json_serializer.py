"""JSON for the metadata columns."""

from __future__ import annotations

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from prices import Money


class CustomJsonEncoder(DjangoJSONEncoder):
    """Django's encoder, which also knows money."""

    def default(self, obj: Any) -> Any:
        if isinstance(obj, Money):
            return {"_type": "Money", "amount": obj.amount, "currency": obj.currency}
        return super().default(obj)
