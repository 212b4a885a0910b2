"""What the core refuses or reports, as a page says it: in Polish, and as its reader writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from babel import dates
from django.utils import timezone, translation

from saleor_customer_groups.groups import copying, editing, membership, snapshots
from saleor_customer_groups.importing import files, staging
from saleor_customer_groups.models import CustomerGroup, MembershipSource
from saleor_customer_groups.pages.sentences import said
from saleor_customer_groups.segments import editing as segments
from saleor_customer_groups.sentences import Sentence
from tests.callers import customer
from tests.pages.conftest import Browser

NEVER = datetime(2020, 1, 31, 9, 30, tzinfo=UTC)
EXPIRED = Sentence(
    "{group} is a snapshot that expired on {at:%Y-%m-%d}; renew it first.", group="May", at=NEVER
)
OVER = Sentence("The membership would have ended already: {at:%Y-%m-%d %H:%M} is over.", at=NEVER)
NO_ROOM = Sentence("{group} has no room for {count:,} of the customers.", group="VIP", count=12_345)
NESTED = Sentence(
    "The first line cannot be read. {problem}",
    problem=Sentence("The quotes of this line do not match."),
)
SAID = [
    (Sentence("The file is empty."), "The file is empty.", "Plik jest pusty."),
    (
        EXPIRED,
        "May is a snapshot that expired on Jan 31, 2020; renew it first.",
        "Grupa „May” to migawka, która wygasła 31 sty 2020; najpierw ją przedłuż.",
    ),
    (
        OVER,
        "The membership would have ended already: Jan 31, 2020, 9:30\u202fAM is over.",
        "Członkostwo już by się skończyło: 31 sty 2020, 09:30 minęło.",
    ),
    (
        NO_ROOM,
        "VIP has no room for 12,345 of the customers.",
        "W grupie „VIP” nie ma miejsca dla 12\xa0345 z tych klientów.",
    ),
    (
        NESTED,
        "The first line cannot be read. The quotes of this line do not match.",
        "Nie da się odczytać pierwszego wiersza. Cudzysłowy w tym wierszu do siebie nie pasują.",
    ),
]


@pytest.mark.parametrize(("sentence", "english", "polish"), SAID)
def test_it_is_said_as_its_reader_speaks_and_writes(sentence, english, polish):
    with translation.override("en"):
        assert said(sentence) == english
    with translation.override("pl"):
        assert said(sentence) == polish


@pytest.mark.parametrize(("sentence", "english", "polish"), SAID)
def test_what_was_kept_as_text_is_known_again(sentence, english, polish):
    with translation.override("pl"):
        assert said(str(sentence)) == polish


def test_a_decimal_keeps_its_digits():
    sentence = Sentence(
        "{amount} has more decimals than {currency} knows.", amount=Decimal("9.990"), currency="PLN"
    )
    with translation.override("pl"):
        assert said(sentence) == "9,990 ma więcej miejsc po przecinku, niż dopuszcza PLN."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A gift for Bob",
        "Members",
        "The file is",
        "Many of the customers find no room in a group.",
        "It would have expired already: yesterday is over.",
    ],
)
def test_what_people_wrote_stays_as_it_is(text):
    with translation.override("pl"):
        assert said(text) == text


# --- on pages -------------------------------------------------------------------------------------


@pytest.fixture
def polish(merchant: Browser) -> Any:
    """What the merchant's pages say in Polish."""

    def ask(path: str, sent: Any = None) -> str:
        act = merchant.get if sent is None else merchant.post
        return " ".join(act(path, sent, HTTP_ACCEPT_LANGUAGE="pl").content.decode().split())

    return ask


@pytest.fixture
def vip(db: None) -> CustomerGroup:
    return editing.create_group("VIP")


def test_a_form_says_it_at_the_field(polish, vip):
    assert "Inna grupa ma już tę wartość: „vip”." in polish(
        "/groups/new", {"name": "Other", "slug": "vip", "kind": "manual", "priority": "0"}
    )


def test_a_dialog_says_why_not(polish, vip):
    standard = CustomerGroup.objects.get(slug="standard")

    refused = polish(f"/groups/{standard.pk}/delete", {})

    assert "jest grupą domyślną (całego sklepu) i nie można jej usunąć" in refused


def test_what_uses_a_group_is_named(polish, vip):
    rule = {"in_group": {"one_of": [vip.pk]}}
    segments.create_dynamic("Friends", rule)

    assert ">reguła grupy „Friends”</a></li>" in polish(f"/groups/{vip.pk}/delete")


def test_an_expired_snapshot_is_refused_with_its_day(polish, db):
    alice = customer()
    group = snapshots.freeze("May", [alice.pk], days=1)
    CustomerGroup.objects.filter(pk=group.pk).update(expires_at=NEVER)

    refused = polish(f"/groups/{group.pk}/add", {"customers": [customer("Bob").pk]})

    assert "Grupa „May” to migawka, która wygasła 31 sty 2020; najpierw ją przedłuż." in refused


def test_a_whole_screen_may_be_refused(polish, vip):
    job = files.create_import(vip, mode="append", name="a.csv", data=b"email\na@example.com")
    path = f"/groups/{vip.pk}/imports/{job.pk}"

    assert "Wykonać można tylko import sprawdzony i niecofnięty." in polish(f"{path}/apply", {})


def test_lines_of_an_import_are_reported(polish, vip):
    data = b"email,until\nnobody@example.com,\nbob,\nbob@example.com,soon"
    job = files.create_import(vip, mode="append", name="a.csv", data=data)
    staging.check(job.pk)

    shown = polish(f"/groups/{vip.pk}/imports/{job.pk}")

    assert "Sklep nie ma takiego klienta." in shown
    assert "To nie jest adres e-mail." in shown
    assert "To nie jest data; zapisz ją jako 2026-12-31 albo 2026-12-31T18:00+01:00." in shown


def test_why_an_import_failed_was_kept_in_english(polish, vip):
    job = files.create_import(vip, mode="append", name="a.csv", data=b"who,town\nAlice,Warsaw")
    failed = staging.check(job.pk)
    assert failed.error.startswith("The file has no column of e-mails, phones")

    shown = polish(f"/groups/{vip.pk}/imports/{job.pk}")

    assert "Plik nie ma kolumny z e-mailami, telefonami" in shown
    assert "jego kolumny to “who”, “town”." in shown
    assert "The file has no column" not in shown


def test_history_says_ours_in_polish_and_theirs_as_written(polish, vip):
    bob = customer("Bob")
    membership.add(vip, [bob.pk], source=MembershipSource.MANUAL, reason="A gift for Bob")
    copy = copying.copy_group(vip, name="VIP 2", with_members=True)

    assert "A gift for Bob" in polish(f"/groups/{vip.pk}/history")
    assert "Skopiowano z grupy VIP." in polish(f"/groups/{copy.pk}/history")


def test_a_rule_says_what_is_wrong_at_its_box(polish, db):
    sent = {
        "name": "Ours",
        "0:box": "group",
        "0:way": "all",
        "0:count": "1",
        "0.0:box": "condition",
        "0.0:field": "orders_count",
        "0.0:operator": "gte",
        "0.0:asked": "orders_count.gte.text",
        "0.0:value": "many",
    }

    assert "Wpisz liczbę całkowitą." in polish("/groups/rules/new", sent)


def test_a_rule_is_explained_in_the_words_of_the_builder(polish, vip):
    spent = {"gte": "500", "currency": "PLN", "within": {"days": 90}}
    rule = {"any": [{"in_group": {"one_of": [vip.pk]}}, {"not": {"total_spent": spent}}]}
    group = segments.create_dynamic("Friends", rule)

    shown = polish(f"/groups/{group.pk}/why", {"customer": customer().pk})

    assert "co najmniej jedno z tych:" in shown
    assert "W grupie jest jednym z VIP" in shown
    assert "to się nie zgadza:" in shown
    assert "500, Waluta: PLN, W ciągu ostatnich: 90 dni" in shown


def test_the_shell_can_say_that_the_shop_does_not_answer(client: Any, db: None) -> None:
    shell = client.get("/plugins/saleor.customer-groups/pages/groups").content.decode()

    assert 'lang="en" content="The shop did not answer. Try again."' in shell
    assert 'lang="pl" content="Sklep nie odpowiedział. Spróbuj ponownie."' in shell


def test_a_toast_has_a_day_of_the_reader(merchant: Browser) -> None:
    group = snapshots.freeze("May", [customer().pk], days=1)

    answer = merchant.post(f"/groups/{group.pk}/renew", {"days": "1"}, HTTP_ACCEPT_LANGUAGE="pl")

    group.refresh_from_db()
    end = dates.format_date(timezone.localtime(group.expires_at), "medium", locale="pl")
    toast = json.loads(answer["HX-Trigger"])["toast"]["title"]
    assert toast == f"Grupa May jest ważna do {end}."
