"""Public metadata as Saleor's things have it: whole, or by keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import graphene

from ...host.graphql_types import JSON, MetadataItem, NonNullList


class PublicMetadata:
    """The fields, of a type whose rows have `metadata`."""

    metadata = NonNullList(MetadataItem, required=True, description="Public metadata.")
    metafield = graphene.String(
        description="The value of one key of the public metadata; null: there is none.",
        key=graphene.String(required=True, description="The key."),
    )
    metafields = JSON(
        description="Public metadata as an object.",
        keys=NonNullList(graphene.String, description="Of these keys only."),
    )

    @staticmethod
    def resolve_metadata(root: Any, _info: Any) -> list[MetadataItem]:
        return items(root.metadata)

    @staticmethod
    def resolve_metafield(root: Any, _info: Any, *, key: str) -> str | None:
        value: str | None = root.metadata.get(key)
        return value

    @staticmethod
    def resolve_metafields(
        root: Any, _info: Any, *, keys: Collection[str] | None = None
    ) -> dict[str, Any]:
        return of_keys(root.metadata, keys)


def items(metadata: dict[str, Any]) -> list[MetadataItem]:
    """Metadata in the order of its keys."""
    return [MetadataItem(key=key, value=value) for key, value in sorted(metadata.items())]


def of_keys(metadata: dict[str, Any], keys: Collection[str] | None) -> dict[str, Any]:
    """The metadata of these keys; None: all of it."""
    if keys is None:
        return metadata
    return {key: value for key, value in metadata.items() if key in keys}
