"""Imports of members from files: the job, its file, and what becomes of each line."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .groups import CustomerGroup


class ImportMode(models.TextChoices):
    """What an import does with the customers that the file names."""

    APPEND = "append", "Append"  # they join
    REPLACE = "replace", "Replace"  # they join, and everybody else leaves
    REMOVE = "remove", "Remove"  # they leave


class ImportStatus(models.TextChoices):
    """How far an import is."""

    UPLOADED = "uploaded", "Uploaded"
    CHECKING = "checking", "Checking"
    CHECKED = "checked", "Checked"
    APPLYING = "applying", "Applying"
    APPLIED = "applied", "Applied"
    UNDOING = "undoing", "Undoing"
    UNDONE = "undone", "Undone"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ImportOutcome(models.TextChoices):
    """What an import does with a line; once it is applied, what it did."""

    JOIN = "join", "Joins"
    CHANGE = "change", "Stays, until another moment"
    LEAVE = "leave", "Leaves"
    ALREADY = "already", "Is in already"
    ABSENT = "absent", "Is not in"
    UNKNOWN = "unknown", "Unknown customer"
    AMBIGUOUS = "ambiguous", "Several customers"
    INVALID = "invalid", "Cannot be read"
    DUPLICATE = "duplicate", "Same customer as an earlier line"
    KEPT = "kept", "Not undone, changed since"
    FULL = "full", "The group has no room"


BAD_OUTCOMES = (ImportOutcome.UNKNOWN, ImportOutcome.AMBIGUOUS, ImportOutcome.INVALID)
REPORTED_OUTCOMES = (
    *BAD_OUTCOMES,
    ImportOutcome.DUPLICATE,
    ImportOutcome.KEPT,
    ImportOutcome.FULL,
)


class Import(models.Model):
    """One file for one group: checked first, then applied, perhaps undone."""

    # A group that is deleted leaves its name.
    group = models.ForeignKey(
        CustomerGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    group_name = models.CharField(max_length=250)
    mode = models.CharField(max_length=16, choices=ImportMode.choices)
    status = models.CharField(
        max_length=16, choices=ImportStatus.choices, default=ImportStatus.UPLOADED
    )
    file_name = models.CharField(max_length=250)
    format = models.CharField(max_length=8)  # "csv" or "xlsx"
    file_bytes = models.PositiveBigIntegerField(default=0)
    # As asked for, and as found when the file was read (importing/columns.py: Options, Layout).
    options = models.JSONField(default=dict)
    layout = models.JSONField(default=dict)
    # Lines by outcome; beside them "leaving": members not in the file, who leave in `replace`;
    # and after an undo "undone" and "kept".
    counts = models.JSONField(default=dict)
    # For the step that runs: lines (or members) done, of how many. Then the keys it goes on after.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    leaving_position = models.BigIntegerField(default=0)
    undo_position = models.BigIntegerField(default=0)
    # Who runs a step holds it until then; each run has a number, and one whose number is no
    # longer the import's was taken for dead, and writes nothing more.
    leased_until = models.DateTimeField(null=True, blank=True)
    run = models.PositiveIntegerField(default=0)
    # How often a run began since one last got further.
    attempts = models.PositiveIntegerField(default=0)
    all_or_nothing = models.BooleanField(default=False)
    cancel_requested = models.BooleanField(default=False)
    error = models.CharField(max_length=500, blank=True, default="")
    error_code = models.CharField(max_length=50, blank=True, default="")
    actor = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    apply_began_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=ImportMode.values), name="import_known_mode"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ImportStatus.values), name="import_known_status"
            ),
        ]
        indexes = [
            # the sweep that takes over what a killed task left
            models.Index(
                fields=["leased_until"],
                condition=Q(leased_until__isnull=False),
                name="import_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} into {self.group_name}: {self.status}"


class ImportPart(models.Model):
    """A piece of the file, at most 1 MB: in the database every pod sees it, and nobody else."""

    # "import" is a word of Python's own.
    job = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="importpart_once"),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of import {self.job_id}"


class ImportRow(models.Model):
    """A line of the file: which customer it names and what becomes of her, or what is wrong."""

    # A million lines are written at once: no more indexes than are needed. This one also finds the
    # rows of an import; applying goes through them in the order of the customers' ids.
    pk = models.CompositePrimaryKey("job_id", "customer_id", "line")
    job = models.ForeignKey(
        Import,
        on_delete=models.CASCADE,
        related_name="rows",
        db_index=False,
        db_constraint=False,  # a million checks of one row; rows are deleted before their import
    )
    customer_id = models.IntegerField(default=0)  # 0: nobody
    # As an editor counts lines; in a sheet, the row. 0: a member whom the file does not name
    # (mode `replace`).
    line = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=16, choices=ImportOutcome.choices)
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    value = models.TextField(blank=True, default="")  # the cell that names the customer, or is bad
    # Of a line that is reported: the column, what is wrong (importing/problems.py), and the
    # number that its sentence needs.
    column = models.CharField(max_length=250, blank=True, default="")
    code = models.CharField(max_length=32, blank=True, default="")
    detail = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["line", "customer_id"]
        indexes = [
            # the report, which a million good lines do not slow down
            models.Index(
                fields=["job", "line", "customer_id"],
                condition=Q(
                    outcome__in=[
                        "unknown",
                        "ambiguous",
                        "invalid",
                        "duplicate",
                        "kept",
                        "full",
                    ]
                ),
                name="importrow_reported",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line or '-'}: {self.outcome}"
