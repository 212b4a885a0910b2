"""Types that many others use."""

from __future__ import annotations

from typing import Any

import graphene


class NonNullList(graphene.List):
    """A list without nulls."""

    def __init__(self, of_type: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(graphene.NonNull(of_type), *args, **kwargs)
