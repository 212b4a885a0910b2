"""What every mutation is made of: may the caller, one call inwards, refusals as errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import graphene
from graphene.types.argument import to_arguments
from graphene.types.mutation import MutationOptions

from ..access import Act, Forbidden
from ..errors import CustomerGroupsError
from ..host.db import on_writer
from ..host.graphql_types import NonNullList
from .arguments import check
from .errors import Error, errors_of
from .fields import caller_of, says
from .loaders.base import forget


class Options(MutationOptions):
    """Beside graphene's own: which act it is."""

    act: Act


class BaseMutation(graphene.Mutation):
    """One call inwards. A subclass has `Meta.act`, `Meta.description` and `perform`."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(cls, *, act: Act, description: str, **options: Any) -> None:
        meta = Options(cls)
        meta.act = act
        super().__init_subclass_with_meta__(
            _meta=meta, description=f"{description}{says(act)}", **options
        )
        meta.fields["errors"] = graphene.Field(
            NonNullList(Error), required=True, description="Why nothing was changed."
        )

    @classmethod
    def mutate(cls, root: Any, info: Any, **arguments: Any) -> Any:
        """Forbidden is an error of the request; what is refused otherwise is one of the answer."""
        return on_writer(cls._mutate)(info, arguments)

    @classmethod
    def _mutate(cls, info: Any, arguments: dict[str, Any]) -> Any:
        caller_of(info).require(cls._meta.act)
        forget(info)  # of several in a request each shows what it did itself
        try:
            check(arguments)
            answered = cls.perform(info, **arguments)
        except Forbidden:
            raise
        except CustomerGroupsError as refusal:
            return cls(errors=errors_of(refusal, set(_names_in(cls._meta.arguments))))
        return cls(errors=[], **answered)

    @classmethod
    def perform(cls, info: Any, *_: Any, **arguments: Any) -> dict[str, Any]:
        """Do it; the values of the answer's fields. CustomerGroupsError: nothing was changed."""
        raise TypeError(f"{cls.__name__} performs nothing.")


def _names_in(arguments: Mapping[str, Any]) -> Iterator[str]:
    """The names of the arguments, and of the fields of those that are inputs."""
    for name, argument in to_arguments(arguments).items():
        yield name
        of = argument.type
        while isinstance(of, graphene.List | graphene.NonNull):
            of = of.of_type
        if issubclass(of, graphene.InputObjectType):
            yield from of._meta.fields
