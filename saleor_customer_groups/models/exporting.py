"""Files of groups' reports: how far each is, and the file itself in parts."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from .groups import CustomerGroup

PART_BYTES: Final = 1 << 20


class ExportFormat(models.TextChoices):
    """What kind of file it is."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class ExportStatus(models.TextChoices):
    """How far an export is; the last three are ends."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Export(models.Model):
    """A report of a group that was asked for. The row outlives its file: who took out what."""

    group = models.ForeignKey(
        CustomerGroup, null=True, on_delete=models.SET_NULL, related_name="exports"
    )
    group_name = models.CharField(max_length=250)
    columns = ArrayField(models.CharField(max_length=64))
    format = models.CharField(max_length=8, choices=ExportFormat.choices)
    status = models.CharField(
        max_length=16, choices=ExportStatus.choices, default=ExportStatus.QUEUED
    )
    actor = models.CharField(max_length=100, blank=True, default="")
    # Customers written, and how many there were when the work began.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # Where to go on: customers up to this one are in the parts, of which there are so many.
    last_customer_id = models.IntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)  # bytes of the file; 0 when there is none
    # Who works on it has the lease until then; of a queued one, when it is announced again. So
    # many took the lease since something was written.
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)  # the moment the report is of
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)  # then the file goes

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(format__in=ExportFormat.values), name="export_known_format"
            ),
            # also: the status is a known one
            models.CheckConstraint(
                condition=Q(
                    status__in=[ExportStatus.QUEUED, ExportStatus.RUNNING],
                    finished_at__isnull=True,
                )
                | Q(
                    status__in=[ExportStatus.DONE, ExportStatus.FAILED, ExportStatus.CANCELLED],
                    finished_at__isnull=False,
                ),
                name="export_finished_once",
            ),
            models.CheckConstraint(
                condition=Q(status=ExportStatus.DONE, expires_at__isnull=False)
                | (~Q(status=ExportStatus.DONE) & Q(expires_at__isnull=True, size=0)),
                name="export_files_expire",
            ),
        ]
        indexes = [
            # the sweep that takes over what a killed task left
            models.Index(
                fields=["leased_until"],
                condition=Q(status__in=[ExportStatus.QUEUED, ExportStatus.RUNNING]),
                name="export_unfinished",
            ),
            # the sweep that removes files
            models.Index(fields=["expires_at"], condition=Q(size__gt=0), name="export_expires_at"),
        ]

    def __str__(self) -> str:
        return f"{self.format.upper()} of {self.group_name}: {self.status}"


class ExportPart(models.Model):
    """A piece of the file, or of the rows that an XLSX file is built of."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()  # from 0
    data = models.BinaryField()

    class Meta:
        ordering = ["export", "number"]
        constraints = [
            # Its index also reads a file in its order.
            models.UniqueConstraint(fields=["export", "number"], name="exportpart_once"),
            models.CheckConstraint(
                condition=LessThanOrEqual(
                    Func(F("data"), function="octet_length", output_field=models.IntegerField()),
                    PART_BYTES,
                ),
                name="exportpart_is_small",
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of export {self.export_id}"
