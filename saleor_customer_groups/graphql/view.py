"""The address of the API: takes a request, answers JSON as Saleor's does."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.multipartparser import MultiPartParserError
from graphql import GraphQLError, execute, parse, validate
from graphql.error import GraphQLSyntaxError
from graphql.execution.values import get_variable_values
from graphql.language.printer import print_ast

from ..access import InvalidToken
from ..errors import InvalidInput
from ..host import auth, storefront
from . import limits
from .errors import formatted
from .schema import schema
from .uploads import with_files

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"


def respond(request: HttpRequest) -> HttpResponse:
    """Answer a request to the API."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        asked = _read(request)
    except RequestDataTooBig:
        return _refuse("Request body exceeds maximum size.", status=413)
    except (MultiPartParserError, SuspiciousOperation) as error:
        return _refuse(f"The body cannot be read: {error}", status=400)
    except InvalidInput as refusal:
        return _refuse(refusal.message, status=400)
    except (ValueError, RecursionError):
        return _refuse("Unable to parse query.", status=400)
    if isinstance(asked, list):
        if len(asked) != 1:
            return _refuse("Number of batch queries exceeded.", status=400)
        (asked,) = asked
    if not isinstance(asked, dict):
        return _refuse("Must provide a query string.", status=400)
    try:
        request.customer_groups_caller = auth.caller_of(request)  # type: ignore[attr-defined]
    except InvalidToken as refusal:
        return _answer({"errors": [formatted(refusal)]}, status=401)
    if storefront.is_closed_to(request):
        return _refuse("Storefront traffic is not allowed.", status=401)
    return _execute(request, asked)


def _execute(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    query, variables = asked.get("query"), asked.get("variables") or {}
    if not isinstance(query, str) or not query or not isinstance(variables, dict):
        return _refuse("Must provide a query string.", status=400)
    try:
        document = parse(query)
        problems = validate(schema(), document) or limits.check(document, variables)
    except GraphQLSyntaxError as error:
        return _answer({"errors": [formatted(error)]}, status=400)
    except RecursionError:  # nested without end, or fragments that name each other
        return _refuse("The query is nested too deeply.", status=400)
    except ValueError:  # a number of thousands of digits
        return _refuse("Unable to parse query.", status=400)
    if problems:
        return _answer({"errors": [formatted(problem) for problem in problems]}, status=400)
    try:
        result: Any = execute(
            schema(),
            document,
            context_value=request,
            variable_values=variables,
            operation_name=asked.get("operationName") or None,
        )
    except GraphQLError as error:
        return _refuse(error.message, status=400)
    except Exception:  # of a scalar, whose reading of a variable may fail in any way
        return _refuse(_unfit(document, variables), status=400)
    return _answered(result)


def _unfit(document: Any, variables: dict[str, Any]) -> str:
    """The sentence that names the variables which cannot be read as what they are declared."""
    names = []
    for operation in document.definitions:
        for one in getattr(operation, "variable_definitions", None) or ():
            try:
                get_variable_values(schema(), [one], variables)
            except Exception:
                names.append(f"${one.variable.name.value}: {print_ast(one.type)}")
    return f"The variables do not fit the query: {', '.join(dict.fromkeys(names))}."


def _answered(result: Any) -> HttpResponse:
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [formatted(error) for error in result.errors]
    if not result.invalid:
        body["data"] = result.data
    return _answer(body, status=400 if result.invalid else 200)


def _read(request: HttpRequest) -> Any:
    if request.content_type == MULTIPART:
        return with_files(request.POST, request.FILES)
    if request.content_type != JSON:
        sentence = f"The body must be {JSON} or {MULTIPART}, not “{request.content_type}”."
        raise InvalidInput(sentence, field="body")
    return json.loads(request.body)


def _refuse(message: str, *, status: int) -> HttpResponse:
    return _answer({"errors": [formatted(GraphQLError(message))]}, status=status)


class _Encoder(DjangoJSONEncoder):
    """Money that a scalar left as Decimal is a number, as in Saleor's answers."""

    def default(self, o: Any) -> Any:
        return float(o) if isinstance(o, Decimal) else super().default(o)


def _answer(body: dict[str, Any], *, status: int) -> HttpResponse:
    response = JsonResponse(body, status=status, encoder=_Encoder)
    response["Cache-Control"] = "no-store"
    return response
