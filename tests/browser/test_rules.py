"""The builder of rules: what is wrong is said at its field, and nothing that is typed gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from saleor_customer_groups.models import CustomerGroup
from tests.browser.conftest import Dashboard


@pytest.fixture
def crowd(people: dict[str, Any]) -> None:
    """Beside Alice, Bob and Charlie somebody of another domain."""
    from saleor.account.models import User

    User.objects.create(email="dora@other.example", first_name="Dora")


@pytest.fixture
def screen(merchant: Dashboard, crowd: None) -> Any:
    """A new rule, with its first condition."""
    found = merchant.open("/groups/rules/new")
    found.locator("#preview .hint").wait_for()
    return found


@pytest.fixture
def late(merchant: Dashboard) -> Callable[[str], Any]:
    """`with late("rules/edit"):` its answers come only after the block, in their order."""

    @contextmanager
    def hold(what: str) -> Iterator[list[Any]]:
        held: list[Any] = []
        is_over = False

        def answer(route: Any) -> None:
            if is_over:
                route.continue_()
            else:
                held.append(route)

        merchant.tab.route(f"**/{what}", answer)
        yield held
        is_over = True
        for route in held:
            route.continue_()

    return hold


def box(screen: Any, place: str) -> Any:
    return screen.locator(f"#box-{place.replace('.', '-')}")


def field(screen: Any, place: str, what: str = "value") -> Any:
    return screen.locator(f'[name="{place}:{what}"]')


def choose(merchant: Dashboard, screen: Any, place: str, what: str, value: str) -> None:
    """Another field or operator, and wait for the box that comes for it."""
    with merchant.tab.expect_response("**/rules/edit"):
        field(screen, place, what).select_option(value)
    screen.locator(f'[name="{place}:asked"][value*="{value}"]').wait_for(state="attached")


def count(screen: Any, number: int) -> None:
    """The live count comes to this."""
    screen.locator("#preview strong").filter(has_text=str(number)).wait_for()


def test_a_wrong_value_is_said_at_its_field_while_it_is_typed(
    merchant: Dashboard, screen: Any
) -> None:
    value = field(screen, "0.0")
    assert value.get_attribute("aria-describedby") == "wrong-0-0"
    assert screen.locator(".problems .error").count() == 0  # nothing was filled in yet

    value.press_sequentially("many")
    wrong = screen.locator("#wrong-0-0 .error")
    wrong.wait_for()
    assert wrong.inner_text() == "Write a whole number."
    assert value.get_attribute("aria-invalid") == "true"
    screen.get_by_text("Correct what is marked to see who is found.").wait_for()
    assert value.input_value() == "many"
    assert value.evaluate("field => field === document.activeElement")
    merchant.check("rule-wrong")

    value.fill("0")
    wrong.wait_for(state="detached")
    count(screen, 4)
    assert value.get_attribute("aria-invalid") is None


def test_what_is_missing_is_said_once_it_is_saved(merchant: Dashboard, screen: Any) -> None:
    screen.get_by_label("Name of the group").fill("Ours")
    screen.get_by_role("button", name="Create group").click()
    screen.locator("#wrong-0-0 .error").wait_for()

    with merchant.tab.expect_response("**/rules/preview"):
        screen.get_by_label("Name of the group").fill("Ours too")

    screen.locator("#wrong-0-0 .error").wait_for()
    field(screen, "0.0").fill("0")
    screen.locator("#wrong-0-0 .error").wait_for(state="detached")


def test_what_is_typed_before_a_late_count_comes_stays(
    merchant: Dashboard, screen: Any, late: Callable[[str], Any]
) -> None:
    choose(merchant, screen, "0.0", "field", "email_domain")
    value = field(screen, "0.0")
    with late("rules/preview"):
        with merchant.tab.expect_request("**/rules/preview"):
            value.fill("example.c")
        value.press_sequentially("om")

    count(screen, 3)
    assert value.input_value() == "example.com"
    assert value.evaluate("field => field === document.activeElement")


def test_what_is_typed_before_a_late_box_comes_stays(
    merchant: Dashboard, screen: Any, late: Callable[[str], Any]
) -> None:
    with merchant.tab.expect_response("**/rules/edit"):
        screen.get_by_role("button", name="Add condition").click()
    choose(merchant, screen, "0.1", "field", "first_name")

    with late("rules/edit") as held:
        with merchant.tab.expect_request("**/rules/edit"):
            field(screen, "0.0", "operator").select_option("lte")
        field(screen, "0.0").press_sequentially("7")  # in the box that is made anew
        field(screen, "0.1").press_sequentially("Ali")  # in another one
        screen.get_by_label("Name of the group").press_sequentially("Ours")
        assert len(held) == 1

    screen.locator('[name="0.0:asked"][value="orders_count.lte.text"]').wait_for(state="attached")
    assert field(screen, "0.0").input_value() == "7"
    assert field(screen, "0.1").input_value() == "Ali"
    assert screen.get_by_label("Name of the group").input_value() == "Ours"
    name = screen.get_by_label("Name of the group")
    assert name.evaluate("field => field === document.activeElement")
    choose(merchant, screen, "0.1", "operator", "starts_with")
    count(screen, 1)
    assert field(screen, "0.1").input_value() == "Ali"


def test_the_cursor_stays_in_a_box_that_is_made_anew(
    merchant: Dashboard, screen: Any, late: Callable[[str], Any]
) -> None:
    with late("rules/edit"):
        with merchant.tab.expect_request("**/rules/edit"):
            field(screen, "0.0", "field").select_option("total_spent")
        field(screen, "0.0").press_sequentially("500")

    screen.locator('[name="0.0:asked"][value^="total_spent"]').wait_for(state="attached")
    value = field(screen, "0.0")
    assert value.input_value() == "500"
    merchant.tab.keyboard.type("0")
    assert value.input_value() == "5000"


def test_of_two_changes_the_later_one_counts(
    merchant: Dashboard, screen: Any, late: Callable[[str], Any]
) -> None:
    with late("rules/edit") as held:
        for code in ("country", "email_domain"):
            with merchant.tab.expect_request("**/rules/edit"):
                field(screen, "0.0", "field").select_option(code)
        held.pop(0)  # the page has given it up itself

    screen.locator('[name="0.0:asked"][value^="email_domain"]').wait_for(state="attached")
    assert field(screen, "0.0", "field").input_value() == "email_domain"


def test_boxes_come_and_go_without_touching_the_others(
    merchant: Dashboard, screen: Any, late: Callable[[str], Any]
) -> None:
    choose(merchant, screen, "0.0", "field", "email_domain")
    field(screen, "0.0").fill("example.com")
    with late("rules/edit") as held:
        add = screen.get_by_role("button", name="Add condition")
        with merchant.tab.expect_request("**/rules/edit"):
            add.click()
        add.click()
        assert len(held) == 1  # the second one waits its turn
    for place in ("0.1", "0.2"):
        box(screen, place).wait_for()
    assert field(screen, "0.0").input_value() == "example.com"

    choose(merchant, screen, "0.2", "field", "first_name")
    choose(merchant, screen, "0.2", "operator", "starts_with")
    field(screen, "0.2").fill("A")
    box(screen, "0.1").get_by_role("button", name="Remove this condition").click()
    count(screen, 1)
    assert field(screen, "0.2").input_value() == "A"
    merchant.check("rule-boxes")

    screen.get_by_label("Name of the group").fill("Ours")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_role("heading", name="Ours").wait_for()
    assert CustomerGroup.objects.get(name="Ours").segment.rule == {
        "all": [{"email_domain": {"eq": "example.com"}}, {"first_name": {"starts_with": "A"}}]
    }


def test_the_keyboard_finds_the_new_box_and_the_way_on(merchant: Dashboard, screen: Any) -> None:
    screen.get_by_role("button", name="Add condition").press("Enter")
    box(screen, "0.1").wait_for()
    first = field(screen, "0.1", "field")
    assert first.evaluate("field => field === document.activeElement")
    box(screen, "0.1").get_by_role("button", name="Remove this condition").press("Enter")
    box(screen, "0.1").wait_for(state="detached")
    add = screen.get_by_role("button", name="Add condition")
    assert add.evaluate("button => button === document.activeElement")


def test_a_snapshot_is_filled_by_a_rule_once(merchant: Dashboard, screen: Any) -> None:
    choose(merchant, screen, "0.0", "field", "email_domain")
    field(screen, "0.0").fill("example.com")
    screen.get_by_label("Name of the group").fill("Ours")
    screen.get_by_label("What the rule does").select_option("snapshot")
    screen.get_by_label("Days that the snapshot lasts").fill("7")
    merchant.check("rule-once")
    screen.get_by_role("button", name="Create group").click()
    screen.get_by_role("heading", name="Ours").wait_for()
    group = CustomerGroup.objects.get(name="Ours")
    assert (group.kind, group.memberships.count()) == ("snapshot", 3)


def test_multipliers_keep_what_is_typed_meanwhile(
    merchant: Dashboard, people: Any, late: Callable[[str], Any]
) -> None:
    screen = merchant.open("/loyalty/earning/new")
    add = screen.get_by_role("button", name="Add multiplier")
    add.click()
    factor = screen.locator('[name="m0-factor"]')
    factor.wait_for()

    with late("earning/multipliers"):
        with merchant.tab.expect_request("**/earning/multipliers"):
            add.click()
        factor.press_sequentially("2.5")

    screen.locator('[name="m1-factor"]').wait_for()
    assert factor.input_value() == "2.5"
    assert factor.evaluate("field => field === document.activeElement")
