"""The imports of a group: earlier ones, a new one, and one with its steps."""

from __future__ import annotations

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ...importing import files, jobs, report, sampling, sources
from ...models import Import, ImportStatus
from ..actors import names_of
from ..downloads import download
from ..groups.group import BY_HAND, context_of, group_or_404
from ..lists import listing
from ..screens import screen
from ..visit import Visit
from .forms import ColumnsForm, UploadForm
from .words import BAD, OUTCOMES

SORTS: Final = {"new": ("-pk",)}
LINES: Final = {"line": ("line", "customer_id")}
RUNNING: Final = tuple(jobs.TASKS)
# Where the columns may still be chosen; the file of a finished import may be gone.
BEFORE: Final = (ImportStatus.UPLOADED, ImportStatus.FAILED, ImportStatus.CANCELLED)
READ: Final = "members.read"
CHANGE: Final = "members.manage"


@screen(READ)
def imports(visit: Visit, group_id: int) -> HttpResponse:
    """The earlier imports, the latest first."""
    group = group_or_404(group_id, BY_HAND)
    page = listing(visit, Import.objects.filter(group=group), sorts=SORTS, default="new")
    actors = names_of(one.actor for one in page.rows)
    context = {**context_of(group, "imports"), "list": page, "actors": actors}
    return visit.listed("imports/list.html", "imports/rows.html", context)


@screen(CHANGE)
def new(visit: Visit, group_id: int) -> HttpResponse:
    """Upload a file."""
    group = group_or_404(group_id, BY_HAND)
    form = UploadForm(visit.data, visit.request.FILES if visit.posted else None)
    if visit.posted and form.is_valid():
        file = form.cleaned_data["file"]
        with form.refusing():
            job = files.create_import(
                group,
                mode=form.cleaned_data["mode"],
                name=file.name,
                data=file.chunks(),
                options=form.options(),
                actor=visit.actor,
            )
            return visit.go(visit.link("group-import", group_id, job.pk))
    return visit.form("imports/new.html", {**context_of(group, "imports"), "form": form})


@screen(READ)
def job(visit: Visit, group_id: int, import_id: int) -> HttpResponse:
    """One import: its columns, how far it is, what would happen or happened."""
    if (gone := jobs.emptied(import_id)) is not None:
        toast = _("%(group)s was deleted.") % {"group": gone.group_name}
        return visit.go(visit.link("groups"), toast=toast)
    found = _import_or_404(group_id, import_id)
    if visit.wants("progress"):
        return _progress(visit, found)
    part = "imports/problems.html" if visit.wants("problems") else _template(visit)
    return visit.render(part, _context(visit, found))


@screen(READ, change=CHANGE)
def columns(visit: Visit, group_id: int, import_id: int) -> HttpResponse:
    """Choose what the columns mean; sent, the file is checked with them."""
    found = _import_or_404(group_id, import_id)
    if sources.is_source(found):
        raise Http404
    form = ColumnsForm(visit.data, job=found, sample=sampling.sample(found))
    if visit.posted and form.is_valid():
        with form.refusing():
            files.check_again(found.pk, options=form.options())
            return visit.go(visit.link("group-import", group_id, import_id))
    context = {**_context(visit, found), "form": form, "sample": form.sample}
    return visit.form("imports/job.html", context)


@screen(CHANGE)
def apply(visit: Visit, group_id: int, import_id: int) -> HttpResponse:
    """Do what the dry run showed, or go on with it."""
    found = _import_or_404(group_id, import_id)
    if visit.posted:
        strict = "all_or_nothing" in visit.request.POST
        jobs.request_apply(found.pk, all_or_nothing=strict)
    return visit.go(visit.link("group-import", group_id, import_id))


@screen(CHANGE)
def cancel(visit: Visit, group_id: int, import_id: int) -> HttpResponse:
    """Stop it; what was applied stays, and can be undone."""
    found = _import_or_404(group_id, import_id)
    if visit.posted:
        jobs.cancel(found.pk)
    toast = _("The import stops.") if visit.posted else ""
    return visit.go(visit.link("group-import", group_id, import_id), toast=toast)


@screen(CHANGE)
def undo(visit: Visit, group_id: int, import_id: int) -> HttpResponse:
    """First the question, then it is taken back."""
    found = _import_or_404(group_id, import_id)
    if visit.posted:
        jobs.request_undo(found.pk)
        return visit.go(visit.link("group-import", group_id, import_id))
    return visit.render("imports/undo.html", {"group": found.group, "job": found})


@screen(READ)
def problems(visit: Visit, group_id: int, import_id: int) -> HttpResponse:
    """A piece of the report as CSV, after the line and customer that the address names."""
    found = _import_or_404(group_id, import_id)
    line, customer = visit.number("line"), visit.number("customer")
    after = None
    if line is not None and customer is not None:
        after = report.Problem(line or None, "", "", "", "", customer or None)
    data, last = report.csv_page(found.pk, after=after)
    following = ""
    if last is not None:
        address = visit.link("group-import-problems", group_id, import_id)
        following = f"{address}?line={last.line or 0}&customer={last.customer_id or 0}"
    return download(data, content_type="text/csv; charset=utf-8", following=following)


def _context(visit: Visit, found: Import) -> dict[str, Any]:
    """For imports/job.html and its parts."""
    group = group_or_404(found.group_id or 0, BY_HAND)
    lines = listing(visit, report.lines(found.pk), sorts=LINES, default="line", keep=())
    counts = [(code, OUTCOMES[code], found.counts.get(code, 0)) for code in OUTCOMES]
    has_file = not sources.is_source(found)
    may_map = has_file and found.status in BEFORE and found.apply_began_at is None
    context = {
        **context_of(group, "imports"),
        "job": found,
        "has_file": has_file,
        "running": found.status in RUNNING,
        "counts": [one for one in counts if one[2]],
        "bad": sum(found.counts.get(code, 0) for code in BAD),
        "list": lines,
        "problems": [(report.problem_of(row), row.outcome) for row in lines.rows],
        "goes_on": found.status in BEFORE and found.apply_began_at is not None,
        "may_undo": found.apply_began_at is not None and found.status in (*BEFORE, "applied"),
    }
    if may_map:
        form = ColumnsForm(None, job=found, sample=sampling.sample(found))
        context |= {"form": form, "sample": form.sample}
    return context


def _progress(visit: Visit, found: Import) -> HttpResponse:
    """How far it is; all of it anew when another step has come."""
    if found.status == visit.asked("was"):
        return visit.render("imports/progress.html", {"job": found, "group": found.group})
    response = visit.render("imports/body.html", _context(visit, found))
    response["HX-Retarget"] = "#job"
    response["HX-Reswap"] = "innerHTML"
    return response


def _template(visit: Visit) -> str:
    return "imports/body.html" if visit.wants("job") else "imports/job.html"


def _import_or_404(group_id: int, import_id: int) -> Import:
    rows = Import.objects.select_related("group")
    return get_object_or_404(rows, pk=import_id, group=group_id)
