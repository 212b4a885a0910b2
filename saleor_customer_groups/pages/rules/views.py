"""The builder: a group's rule, a new group by a rule, the live count, and why a customer is in."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ...errors import CustomerGroupsError
from ...models import CustomerGroup, GroupKind
from ...segments import compile as compiler
from ...segments import editing, queries, templates
from ...segments.explain import explain
from ...segments.rules import InvalidRule, Node, Problem, parse
from ..groups.group import context_of, group_or_404
from ..screens import screen
from ..sentences import said
from ..visit import Visit
from . import words
from .boxes import sections, shop_choices, view_of
from .draft import Condition, Group, of_rule, read_form, rule_of, with_act
from .forms import ExplainForm, NewForm
from .telling import told

SAMPLE: Final = 5
EXAMPLES: Final[dict[str, object]] = {
    "amount": "500",
    "countries": ["PL"],
    "domains": ["example.com"],
}
BUILDER: Final = "rules/builder.html"


def builder(tree: Group, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    """What the builder's template shows."""
    return {
        "tree": view_of(tree, problems),
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
            group = editing.create_dynamic(
                form.cleaned_data["name"], rule_of(tree), actor=visit.actor
            )
        except InvalidRule as refusal:
            problems = refusal.problems
        except CustomerGroupsError as refusal:
            form.refuse(refusal)
        else:
            toast = _("%(group)s was created. It is being filled.") % {"group": group.name}
            return visit.go(visit.link("group", group.pk), toast=toast)
    return visit.form("rules/new.html", {**context, **builder(tree, problems)})


@screen("groups.manage")
def edit(visit: Visit) -> HttpResponse:
    """The builder after a button or another field; nothing is saved."""
    tree = with_act(_sent(visit), visit.request.POST.get("act", ""))
    return visit.render(BUILDER, builder(tree))


@screen("groups.manage")
def preview(visit: Visit) -> HttpResponse:
    """How many customers the rule in the form finds, and the first of them; nothing is saved."""
    try:
        node = _parsed(rule_of(_sent(visit)))
    except InvalidRule as refusal:
        return visit.render("rules/preview.html", {"problems": refusal.problems})
    found = queries.preview(node, now=timezone.now(), first=SAMPLE)
    return visit.render("rules/preview.html", {"found": found})


@screen("members.read")
def why(visit: Visit, group_id: int) -> HttpResponse:
    """The dialog that says of one customer which conditions hold."""
    group, form = group_or_404(group_id), ExplainForm(visit.data)
    context: dict[str, Any] = {"group": group, "form": form}
    if visit.posted and form.is_valid():
        with form.refusing():
            customer_id = form.cleaned_data["customer"][0]
            explained = explain(_parsed(_rule_of(group)), customer_id, now=timezone.now())
            context["explained"] = told(explained)
    return visit.form("rules/why.html", context)


def _begun(template: str) -> Group:
    """The tree of a ready-made rule, with examples for what it must be told; else an empty one."""
    if template not in templates.TEMPLATES:
        return Group("all", (Condition(),))
    currencies = shop_choices()["currency"]
    examples = {**EXAMPLES, "currency": currencies[0] if currencies else "USD"}
    needed = {one.name for one in templates.TEMPLATES[template].parameters if one.default is None}
    return of_rule(templates.build(template, **{name: examples[name] for name in needed}))


def _sent(visit: Visit) -> Group:
    return read_form({name: visit.request.POST.getlist(name) for name in visit.request.POST})


def _parsed(data: object) -> Node:
    return parse(data, absent=compiler.absent())


def _rule_of(group: CustomerGroup) -> object:
    segment = getattr(group, "segment", None)
    return segment.rule if segment and group.kind == GroupKind.DYNAMIC else None
