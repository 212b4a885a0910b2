"""The builder: a group's rule, a new group by a rule, the live count, and why a customer is in."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ...errors import CustomerGroupsError
from ...importing import filling, sources
from ...importing.filling import Filled
from ...models import CustomerGroup, GroupKind
from ...segments import compile as compiler
from ...segments import editing, queries, reading, templates
from ...segments.explain import explain
from ...segments.rules import InvalidRule, Node, Problem, parse
from ..groups.group import context_of, filled_page, group_or_404
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from . import words
from .boxes import sections, shop_choices, view_of, view_of_one
from .draft import Condition, Group, added, of_rule, read_form, read_one, rule_of
from .forms import ExplainForm, NewForm
from .running import state_of
from .telling import told
from .values import Sent
from .wrongs import by_place, slot_of

SAMPLE: Final = 5
EXAMPLES: Final[dict[str, object]] = {
    "amount": "500",
    "countries": ["PL"],
    "domains": ["example.com"],
}


def builder(tree: Group, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    """What the builder's template shows. `tried`: from now on also what is missing is told."""
    return {**_words(), "tree": view_of(tree, problems), "tried": bool(problems)}


def _words() -> dict[str, Any]:
    return {
        "sections": sections(),
        "ways": words.WAYS.items(),
        "choices": words.CHOICES,
        "picked": words.PICKED,
    }


@screen("groups.read", change="groups.manage")
def rule(visit: Visit, group_id: int) -> HttpResponse:
    """The rule of a dynamic group, or the first one of a manual group, which it makes dynamic."""
    group = group_or_404(group_id)
    segment = getattr(group, "segment", None)
    tree = of_rule(segment.rule) if segment else Group("all", (Condition(),))
    context = {**context_of(group, "rule"), "saved": segment is not None}
    if segment is not None:
        context |= state_of(group, segment)
    if not visit.posted:
        return visit.render("rules/group.html", {**context, **builder(tree)})
    tree = _sent(visit)
    try:
        editing.set_rule(group, rule_of(tree), actor=visit.actor)
    except InvalidRule as refusal:
        return visit.form("rules/group.html", {**context, **builder(tree, refusal.problems)})
    except CustomerGroupsError as refusal:
        refused = {"refusal": said(refusal.message)}
        return visit.form("rules/group.html", {**context, **builder(tree), **refused})
    return visit.go(
        visit.link("group-rule", group.pk), toast=_("Saved. The group is being filled.")
    )


@screen("groups.manage")
def new(visit: Visit) -> HttpResponse:
    """A new group that a rule keeps, perhaps begun from a template."""
    form = NewForm(visit.data)
    tree = _sent(visit) if visit.posted else _begun(visit.asked("template"))
    context = {"area": "groups", "form": form, "templates": words.TEMPLATES.items()}
    if not visit.posted:
        return visit.render("rules/new.html", {**context, **builder(tree)})
    problems: tuple[Problem, ...] = ()
    if form.is_valid():
        try:
            made = _create(visit, rule_of(tree), **form.cleaned_data)
        except InvalidRule as refusal:
            problems = refusal.problems
        except CustomerGroupsError as refusal:
            form.refuse(refusal)
        else:
            toast = _("%(group)s was created. It is being filled.") % {"group": made.group.name}
            return visit.go(filled_page(visit, made), toast=toast)
    return visit.form("rules/new.html", {**context, **builder(tree, problems)})


def _create(visit: Visit, rule: object, *, name: str, kind: str, days: int | None) -> Filled:
    """A group that the rule keeps, or one that it fills now."""
    if kind in ("", GroupKind.DYNAMIC):
        return Filled(editing.create_dynamic(name, rule, actor=visit.actor))
    visit.caller.require("members.manage")
    source = sources.of_rule(rule)
    return filling.gather(name, source, kind=kind, days=days, actor=visit.actor)


@screen("groups.manage")
def edit(visit: Visit) -> HttpResponse:
    """One box of the builder: after another field or operator, or a new one. Nothing is saved."""
    sent = _form(visit)
    what, _, place = visit.request.POST.get("act", "").partition(":")
    box = read_one(sent, place) if what == "box" else added(sent, what, place)
    if box is None:
        raise Http404
    return visit.render("rules/box.html", {**_words(), "box": view_of_one(box)})


@screen("groups.manage")
def preview(visit: Visit) -> HttpResponse:
    """How many customers the rule in the form finds, and the first of them; nothing is saved.

    Beside it, for each box of the form, what is wrong with it: the inputs stay as they are.
    """
    tree = _sent(visit)
    context: dict[str, Any] = {}
    problems: tuple[Problem, ...] = ()
    try:
        node = _parsed(rule_of(tree))
    except InvalidRule as refusal:
        problems = refusal.problems
    else:
        context["found"] = queries.preview(node, now=timezone.now(), first=SAMPLE)
    found = by_place(tree, problems, unfinished="tried" in visit.request.POST)
    context["wrong"] = any(found.values())
    context["slots"] = [(slot_of(place), wrongs) for place, wrongs in found.items()]
    return visit.render("rules/preview.html", context)


@screen("members.read")
def why(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that says of one customer which conditions hold."""
    group, form = group_or_404(group_id), ExplainForm(visit.data)
    context: dict[str, Any] = {"group": group, "form": form}
    if visit.posted and form.is_valid():
        with form.refusing():
            customer_id = form.cleaned_data["customer"][0]
            explained = explain(_rule_of(group), customer_id, now=timezone.now())
            context["explained"] = told(visit, explained)
            context["pinned"] = queries.pinned(group, [customer_id]).get(customer_id)
    return visit.form("rules/why.html", context)


def _begun(template: str) -> Group:
    """The tree of a ready-made rule, with examples for what it must be told; else an empty one."""
    if template not in templates.TEMPLATES:
        return Group("all", (Condition(),))
    currencies = shop_choices()["currency"]
    examples = {**EXAMPLES, "currency": currencies[0] if currencies else "USD"}
    needed = {one.name for one in templates.TEMPLATES[template].parameters if one.default is None}
    return of_rule(templates.build(template, **{name: examples[name] for name in needed}))


def _form(visit: Visit) -> Sent:
    return {name: visit.request.POST.getlist(name) for name in visit.request.POST}


def _sent(visit: Visit) -> Group:
    return read_form(_form(visit))


def _parsed(data: object) -> Node:
    return parse(data, absent=compiler.absent())


def _rule_of(group: CustomerGroup) -> Node:
    """What keeps the group; a group that nothing keeps has no page for it."""
    segment = getattr(group, "segment", None)
    rule = reading.rule_of(segment) if segment else None
    if rule is None:
        raise Http404
    return rule
