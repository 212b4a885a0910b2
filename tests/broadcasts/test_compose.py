"""What a recipient reads: placeholders, and what a template or a name cannot do (B7)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_customer_groups.broadcasts import compose
from saleor_customer_groups.broadcasts.compose import CannotBeRendered, Letter
from saleor_customer_groups.errors import InvalidInput

ANN = compose.values(
    group_name="VIP", first_name="Ann", last_name="Lee", email="ann@example.com", language="en"
)


def letter(title="Sale", text="Come!", *, html=False, values=ANN) -> Letter:
    return compose.compose(title, text, html=html, with_group=True).letter(values)


def named(first_name: str) -> compose.Values:
    return compose.values(first_name=first_name)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("Come!", "Come!"),
        ("Dear {{ customer.first_name }} {{ customer.last_name }}", "Dear Ann Lee"),
        ("{{ customer.email }}, {{ customer.language }}", "ann@example.com, en"),
        ("For {{ group.name }}", "For VIP"),
        ("{{ customer['first_name'] | upcase }}", "ANN"),
        ("{{ customer.first_name | downcase | capitalize }}", "Ann"),
        ("{{ customer.last_name | truncate: 2, '' }}", "Le"),
        ("{% if customer.first_name == 'Ann' %}Hi{% else %}Ho{% endif %}", "Hi"),
        ("{% unless group.name == 'VIP' %}Hi{% endunless %}Ho", "Ho"),
        ("{% case customer.language %}{% when 'en' %}Hi{% endcase %}", "Hi"),
        ("{% comment %}{{ nothing }}{% endcomment %}Hi", "Hi"),
        ("{% raw %}{{ customer.first_name }}{% endraw %}", "{{ customer.first_name }}"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_it_fills_in(source, written):
    assert letter(text=source).text == written


def test_a_name_that_is_missing_has_a_default():
    text = 'Dear {{ customer.first_name | default: "customer" }}'
    assert letter(text=text, values=named("")).text == "Dear customer"


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("{{ name }}", "unknown_placeholder", "{{ name }}"),
        ("{{ customer.password }}", "unknown_placeholder", "{{ customer.password }}"),
        ("{{ customer.first_name.size }}", "unknown_placeholder", "first_name.size"),
        ("{{ customer.__class__.__mro__ }}", "unknown_placeholder", "__class__"),
        ("{{ customer }}", "unknown_placeholder", "{{ customer }}"),
        ("{{ customer[customer.email] }}", "unknown_placeholder", "customer[customer.email]"),
        ("{{ ['customer.first_name'] }}", "unknown_placeholder", "customer.first_name"),
        ("{{ 'x' | default: customer.id }}", "unknown_placeholder", "customer.id"),
        ("{% if customer.id %}x{% endif %}", "unknown_placeholder", "customer.id"),
        ("{% for i in (1..100000000) %}x{% endfor %}", "not_a_template", "'for'"),
        ("{% tablerow i in (1..9) %}x{% endtablerow %}", "not_a_template", "'tablerow'"),
        ("{% capture a %}x{% endcapture %}", "not_a_template", "'capture'"),
        ("{% assign a = 'x' %}", "not_a_template", "'assign'"),
        ("{% include 'x' %}", "not_a_template", "'include'"),
        ("{% render 'x' %}", "not_a_template", "'render'"),
        ("{% liquid echo 1 %}", "not_a_template", "'liquid'"),
        ("{% increment a %}", "not_a_template", "'increment'"),
        ("{{ customer.first_name | safe }}", "unknown_filter", "safe"),
        ("{{ 'a' | replace: 'a', 'aaaaaaaaaa' }}", "unknown_filter", "replace"),
        ("{{ 'a' | append: 'b' }}", "unknown_filter", "append"),
        ("{{ customer.first_name", "not_a_template", "end of file"),
        ("{% if customer.first_name %}", "not_a_template", "endif"),
        ("{% if true %}" * 20 + "x" + "{% endif %}" * 20, "not_a_template", "nesting"),
        ("{{ customer.first_name | truncate: 'x' }}", "cannot_be_rendered", "integer"),
        ("", "required", "empty"),
        ("  \n ", "required", "empty"),
        ("x" * 16_001, "max_length", "16,000"),
        ("é" * 8_100, "cannot_be_rendered", "16,000 bytes"),
        ("\n" * 8_100 + "x", "cannot_be_rendered", "16,000 bytes"),
        ("x\x00", "null_character", "null"),
    ],
    ids=lambda value: value[:40],
)
def test_b7_it_refuses_when_saving(source, code, said):
    with pytest.raises(InvalidInput) as refusal:
        letter(text=source)

    assert (refusal.value.field, refusal.value.code) == ("text", code)
    assert said in str(refusal.value)


@pytest.mark.parametrize("conditions", [100, 300, 600, 900, 1_200, 1_500])
def test_b7_long_conditions_are_answered_or_refused(conditions):
    text = "{% if true" + " and true" * conditions + " %}x{% endif %}"
    try:
        answer = letter(text=text).text
    except InvalidInput as refusal:
        answer = refusal.code
    assert answer in {"x", "not_a_template", "cannot_be_rendered"}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Sale\r\nBcc: all@example.com", "line_break"),
        ("Sale\n", "line_break"),
        ("Sale\u2028now", "line_break"),
        ("\x1bSale", "line_break"),
        ("", "required"),
        ("x" * 251, "max_length"),
        ("{{ nobody }}", "unknown_placeholder"),
        ("{{ 'x' | safe }}", "unknown_filter"),
    ],
)
def test_b7_it_refuses_a_title(title, code):
    with pytest.raises(InvalidInput) as refusal:
        letter(title=title)

    assert (refusal.value.field, refusal.value.code) == ("title", code)


def test_a_group_has_no_name_where_there_is_none():
    with pytest.raises(InvalidInput, match=r"\{\{ group.name \}\}"):
        compose.compose("Sale", "{{ group.name }}", html=False, with_group=False)


def test_b7_a_name_cannot_break_a_header():
    name = "Ann\r\nBcc: all@example.com\x00\u2028x"
    assert letter(title="Hi {{ customer.first_name }}", values=named(name)).title == (
        "Hi Ann Bcc: all@example.com x"
    )


def test_b7_a_name_is_no_template_and_no_html():
    name = "<b onclick='x'>\"&{{ customer.email }}</b>"

    assert letter(text="{{ customer.first_name }}", html=True, values=named(name)).text == (
        "&lt;b onclick=&#39;x&#39;&gt;&#34;&amp;{{ customer.email }}&lt;/b&gt;"
    )
    assert letter(text="{{ customer.first_name }}", values=named(name)).text == name


@pytest.mark.parametrize("name", compose.FILTERS)
def test_b7_no_filter_lets_html_through(name):
    argument = {"truncate": ": 9", "default": ": 'x'"}.get(name, "")
    text = f"{{{{ customer.first_name | {name}{argument} }}}}"

    assert "<" not in letter(text=text, html=True, values=named("<script>x</script>")).text


def test_the_merchants_own_html_stays():
    assert letter(text="<p>{{ group.name }}</p>", html=True).text == "<p>VIP</p>"
    assert letter(title="<b>{{ customer.first_name }}", html=True, values=named("A&B")).title == (
        "<b>A&B"  # a title is no HTML
    )


def test_what_becomes_too_long_with_a_name_is_said_without_it():
    composition = compose.compose(
        "Sale", "{{ customer.first_name }}" * 300, html=False, with_group=False
    )
    with pytest.raises(CannotBeRendered) as refusal:
        composition.letter(named("Canary" * 20))
    assert str(refusal.value) == "The text would take more than 16,000 bytes."
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    ("title", "text", "personal"),
    [
        ("Sale", "Come!", (False, False)),
        ("{{ group.name }}", "{{ group.name }}", (False, False)),
        ("Sale", "{{ customer.first_name }}", (False, True)),
        ("{{ customer.email }}", "Come!", (True, False)),
        ("Sale", "{% if customer.language == 'pl' %}Tak{% endif %}x", (False, True)),
    ],
)
def test_it_knows_what_differs_by_customer(title, text, personal):
    composition = compose.compose(title, text, html=False, with_group=True)
    assert (composition.title_is_personal, composition.text_is_personal) == personal


@given(st.text(), st.text(), st.text(max_size=300))
def test_b7_whatever_is_written_is_read_or_refused(title, text, name):
    try:
        composition = compose.compose(title, text, html=True, with_group=True)
        written = composition.letter(compose.values(first_name=name, group_name=name))
    except (InvalidInput, CannotBeRendered):
        return
    assert "\n" not in written.title
    assert "\r" not in written.title
    assert len(json.dumps(written.text, ensure_ascii=False).encode()) <= compose.TEXT_BYTES


@given(st.text(max_size=100), st.text(max_size=100))
def test_b7_values_come_out_as_they_are_but_for_line_breaks(first, last):
    text = "{{ customer.first_name }}|{{ customer.last_name }}"
    values = compose.values(first_name=first, last_name=last)
    written = letter(text=text, values=values).text
    assert written == letter(text=text, values=values).text  # what is previewed is what is sent
    if first.isprintable() and last.isprintable():
        assert written == f"{' '.join(first.split())}|{' '.join(last.split())}"
