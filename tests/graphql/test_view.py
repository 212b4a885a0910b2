"""The API's address: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from graphql.error import GraphQLLocatedError

from saleor_customer_groups.errors import InvalidInput
from saleor_customer_groups.graphql import errors, uploads
from saleor_customer_groups.host import auth
from tests import callers

from .api import PATH, Api

pytestmark = pytest.mark.django_db
NAMES = "{ customerGroups(first: 1) { edges { node { name } } } }"


def test_a_get_is_refused():
    answer = Client().get(PATH)

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("", 400, "The body must be application/json or multipart/form-data, not “”."),
        ("{", 400, "Unable to parse query."),
        ("7", 400, "Must provide a query string."),
        ("{}", 400, "Must provide a query string."),
        ('{"query": 7}', 400, "Must provide a query string."),
        ('{"query": "{a}", "variables": [1]}', 400, "Must provide a query string."),
        ('[{"query": "{a}"}, {"query": "{a}"}]', 400, "Number of batch queries exceeded."),
        ('{"query": "{"}', 400, "Syntax Error GraphQL (1:2) Expected Name, found EOF"),
        ('{"query": "{nothing}"}', 400, 'Cannot query field "nothing" on type "Query".'),
        pytest.param("[" * 100_000, 400, "Unable to parse query.", id="without end"),
        pytest.param(
            json.dumps({"query": f"{{ customerGroups(first: {'1' * 5_000}) {{ totalCount }} }}"}),
            400,
            "Unable to parse query.",
            id="a long number",
        ),
    ],
)
def test_what_is_no_query_is_refused(body, status, message):
    answer = Client().post(PATH, body, content_type="application/json")

    assert answer.status_code == status
    assert answer.json()["errors"][0]["message"].startswith(message)


ONE = """query One($id: ID!, $n: Int) {
    customerGroup(id: $id) { name } customerGroups(first: $n) { totalCount } }"""
UNFIT = "The variables do not fit the query: $n: Int."


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"query": ONE}, 'Variable "$id" of required type "ID!" was not provided.'),
        ({"query": ONE, "variables": {"id": "x", "n": "many"}}, UNFIT),
        ({"query": ONE, "variables": {"id": "x", "n": -(2**40)}}, UNFIT),
        ({"query": ONE, "operationName": "Two"}, 'Unknown operation named "Two".'),
        (
            {"query": "query A { __typename } query B { __typename }"},
            "Must provide operation name if query contains multiple operations.",
        ),
    ],
)
def test_a_query_whose_variables_or_name_do_not_fit_is_refused(asked, message):
    answer = Client().post(PATH, json.dumps(asked), content_type="application/json")

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["message"] == message


MULTIPART = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("content_type", "body", "message"),
    [
        (
            "text/plain",
            NAMES,
            "The body must be application/json or multipart/form-data, not “text/",
        ),
        ("multipart/form-data", "x", "The body cannot be read: Invalid boundary in multipart"),
        (MULTIPART, "x", "The field operations of the body must be a JSON object."),
        (
            MULTIPART,
            '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 1_001 + "--b--",
            "The body cannot be read: The number of GET/POST parameters exceeded",
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_cause(content_type, body, message):
    answer = Client().generic("POST", PATH, body, content_type=content_type)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"].startswith(message)


def test_one_query_in_a_list_is_answered_as_one(boss):
    body = json.dumps([{"query": NAMES}])

    answer = Client().post(
        PATH, body, content_type="application/json", **callers.bearer(boss.token)
    )

    assert answer.json()["data"] == {"customerGroups": {"edges": [{"node": {"name": "Standard"}}]}}


def test_an_expired_token_is_said_to_be():
    token = callers.narrow_token_of(callers.staff(), expired=True)

    answer = Api(token).post(NAMES)

    assert answer.status_code == 401
    (error,) = answer.json()["errors"]
    assert error["message"] == "Signature has expired"
    assert error["extensions"]["exception"]["code"] == "ExpiredSignatureError"


def test_answers_are_not_kept_by_caches(boss):
    assert boss.post(NAMES)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{" + "".join(f"a{n}: __typename " for n in range(101)) + "}", "aliases is 101"),
        (
            "mutation {"
            + "".join(
                f'm{n}: customerGroupDelete(id: "x") {{ errors {{ code }} }} ' for n in "abcde"
            )
            + "}",
            "mutations is 5",
        ),
        (
            "{ customerGroups(first: 100) { edges { node { defaultFor { id } } } "
            + "".join(f"a{n}: edges {{ node {{ id name slug kind }} }} " for n in range(99))
            + "} }",
            "cost is",
        ),
    ],
)
def test_too_much_is_refused(boss, query, said):
    (message,) = boss.refused(query)

    assert said in message


def test_a_plugin_that_is_off_answers_nothing(boss):
    from saleor.plugins.models import PluginConfiguration

    PluginConfiguration.objects.create(identifier="saleor.customer-groups", active=False)

    assert boss.post(NAMES).status_code == 404


def test_a_fault_of_ours_is_logged_and_not_told(boss, monkeypatch, caplog):
    def fail(*_arguments, **_named):
        raise RuntimeError("secret of the database")

    monkeypatch.setattr("saleor_customer_groups.graphql.queries.groups.Slice", fail)

    answer = boss.post(NAMES).json()

    assert answer["errors"][0]["message"] == "Internal Server Error"
    assert "secret" not in json.dumps(answer)
    assert "secret of the database" in caplog.text


def test_what_saleors_own_types_refuse_is_told_and_no_fault(caplog):
    refusal = auth.REFUSAL("You do not have permission to perform this action")

    shown = errors.formatted(GraphQLLocatedError([], original_error=refusal))

    assert shown["message"] == "You do not have permission to perform this action"
    assert shown["extensions"]["exception"] == {"code": "PermissionDenied"}
    assert caplog.records == []


def test_files_come_where_the_map_says():
    file = SimpleUploadedFile("a.csv", b"a")
    fields = {
        "operations": '{"query": "q", "variables": {"file": null, "list": [null, null]}}',
        "map": '{"0": ["variables.file", "variables.list.1"]}',
    }

    asked = uploads.with_files(fields, {"0": file})

    assert asked["variables"] == {"file": file, "list": [None, file]}


@pytest.mark.parametrize("place", ["variables.none.deep", "variables.list.9", "variables.list.x"])
def test_a_map_to_nowhere_is_refused(place):
    places = json.dumps({"0": [place]})
    fields = {"operations": '{"variables": {"list": []}}', "map": places}

    with pytest.raises(InvalidInput, match=f"^The operations have no place “{place}”.$"):
        uploads.with_files(fields, {"0": None})


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ('{"0": 7}', "The map must name a list of places for “0”."),
        ('{"1": ["variables.a"]}', "There is no file “1”, which the map names."),
        ("[]", "The field map of the body must be a JSON object."),
        ("{", "The field map of the body must be a JSON object."),
    ],
)
def test_a_map_that_is_none_is_refused(places, message):
    fields = {"operations": '{"variables": {}}', "map": places}

    with pytest.raises(InvalidInput, match=message):
        uploads.with_files(fields, {"0": None})


def test_each_variable_that_does_not_fit_is_named():
    query = """query One($id: ID!, $n: Int, $m: Int = 1) { a: customerGroup(id: $id) { name }
        customerGroups(first: $n) { totalCount } openCustomerGroups(first: $m) { totalCount } }"""
    asked = {"query": query, "variables": {"id": "x", "n": "many", "m": [1]}}

    answer = Client().post(PATH, json.dumps(asked), content_type="application/json")

    (error,) = answer.json()["errors"]
    assert error["message"] == "The variables do not fit the query: $n: Int, $m: Int."
