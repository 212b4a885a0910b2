"""What the types of the API are made of."""

from __future__ import annotations

from typing import Any

import graphene


class BaseObjectType(graphene.ObjectType):
    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(cls, doc_category: Any = None, **options: Any) -> None:
        cls.doc_category = doc_category
        super().__init_subclass_with_meta__(**options)
