"""Groups, who is in them, which one newcomers enter, and the history of it all."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

COLOUR = r"^#[0-9a-fA-F]{6}$"


class GroupKind(models.TextChoices):
    """What decides who is in a group (DESIGN: words)."""

    MANUAL = "manual", "Manual"
    DYNAMIC = "dynamic", "Dynamic"
    CHANNEL = "channel", "Channel"
    SNAPSHOT = "snapshot", "Snapshot"
    GUEST = "guest", "Guest"


class CustomerGroup(models.Model):
    """A named set of customers. The one of kind `guest` stands for shoppers not logged in."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(max_length=255, unique=True)
    description = models.TextField(blank=True, default="")
    colour = models.CharField(
        max_length=7,
        blank=True,
        default="",
        validators=[
            RegexValidator(COLOUR, "The colour must be written as #rrggbb, for example #1f7a4d.")
        ],
    )
    kind = models.CharField(max_length=16, choices=GroupKind.choices, default=GroupKind.MANUAL)
    priority = models.IntegerField(default=0)  # a higher number goes first
    # Of kind `channel`: whose customers they are. The group of a channel that is gone stays as it
    # was then.
    channel = models.ForeignKey(
        "channel.Channel", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Of kind `snapshot`: from then on it starts nothing new.
    expires_at = models.DateTimeField(null=True, blank=True)
    # Whether other systems were told that it expired (groups/ends.py).
    end_told = models.BooleanField(default=False, db_default=False, editable=False)
    # None: the setting MEMBER_LIMIT
    member_limit = models.PositiveIntegerField(null=True, blank=True)
    # Whether customers may apply, and the e-mail domains whose applicants are approved at once.
    applications_open = models.BooleanField(default=False)
    approved_domains = ArrayField(models.CharField(max_length=253), blank=True, default=list)
    metadata = models.JSONField(blank=True, default=dict)
    private_metadata = models.JSONField(blank=True, default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-priority", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=GroupKind.values), name="customergroup_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=COLOUR),
                name="customergroup_colour_is_hex",
                violation_error_message="The colour must be written as #rrggbb.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""), name="customergroup_has_name_and_slug"
            ),
            models.CheckConstraint(
                condition=Q(channel__isnull=True) | Q(kind=GroupKind.CHANNEL),
                name="customergroup_only_channel_groups_have_one",
            ),
            models.CheckConstraint(
                condition=Q(kind=GroupKind.SNAPSHOT, expires_at__isnull=False)
                | (~Q(kind=GroupKind.SNAPSHOT) & Q(expires_at__isnull=True)),
                name="customergroup_snapshots_expire",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind=GroupKind.GUEST),
                name="customergroup_one_guest_group",
                violation_error_message="The shop has a guest group already; there can be one.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultGroup(models.Model):
    """Which group a newcomer enters: one row a channel, and one without a channel for the shop.

    PROTECT: a default group cannot be deleted while it is one.
    """

    group = models.ForeignKey(CustomerGroup, on_delete=models.PROTECT, related_name="default_for")
    channel = models.OneToOneField(
        "channel.Channel", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            # Among NULLs `unique` sees no duplicates, so the shop's row has its own constraint.
            models.UniqueConstraint(
                Coalesce(F("channel"), 0),
                condition=Q(channel__isnull=True),
                name="defaultgroup_one_for_the_shop",
                violation_error_message="The shop has a default group already; move it instead.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} for {self.channel or 'the shop'}"

    def clean(self) -> None:
        """A guest group holds nobody, so nobody can enter it."""
        if self.group_id and self.group.kind == GroupKind.GUEST:
            raise ValidationError({"group": "The guest group cannot be a default group."})


class MembershipSource(models.TextChoices):
    """How a customer came into a group."""

    MANUAL = "manual", "Manual"
    IMPORT = "import", "Import"
    RULE = "rule", "Rule"
    CHANNEL = "channel", "Channel"
    DEFAULT = "default", "Default"
    API = "api", "API"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships."""

    def active(self, now: datetime) -> MembershipQuerySet:
        """The memberships that hold at `now`."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=now), started_at__lte=now)


class Membership(models.Model):
    """A customer in a group, from a moment and perhaps until one."""

    group = models.ForeignKey(CustomerGroup, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    source = models.CharField(max_length=16, choices=MembershipSource.choices)
    started_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    # Whether other systems were told that the `until` came (groups/ends.py).
    end_told = models.BooleanField(default=False, db_default=False, editable=False)
    reason = models.CharField(max_length=500, blank=True, default="")
    actor = models.CharField(max_length=100, blank=True, default="")  # "User:1", "App:3", "system"
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Its index (customer first) also serves pricing: the groups of one customer.
            models.UniqueConstraint(
                fields=["customer", "group"],
                name="membership_once_in_a_group",
                violation_error_message="The customer is in this group already.",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("started_at")),
                name="membership_ends_after_it_starts",
                violation_error_message="The membership must end after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(source__in=MembershipSource.values), name="membership_known_source"
            ),
        ]
        indexes = [
            # the sweep that notices memberships that ended or began (repricing)
            models.Index(
                fields=["until"], condition=Q(until__isnull=False), name="membership_until"
            ),
            models.Index(fields=["started_at"], name="membership_started_at"),
            # ends that other systems have not heard of yet (groups/ends.py)
            models.Index(
                fields=["until"],
                condition=Q(until__isnull=False, end_told=False),
                name="membership_end_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} in group {self.group_id}"


class MembershipAction(models.TextChoices):
    """What happened to a membership."""

    JOINED = "joined", "Joined"
    LEFT = "left", "Left"
    CHANGED = "changed", "Changed"


class MembershipEvent(models.Model):
    """One line of the history of joins and leaves. Never changed; outlives group and customer."""

    # Plain numbers, no foreign keys: the history must survive what it speaks of.
    group_id = models.BigIntegerField()
    group_name = models.CharField(max_length=250)
    customer_id = models.IntegerField()
    action = models.CharField(max_length=16, choices=MembershipAction.choices)
    source = models.CharField(max_length=16, choices=MembershipSource.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    actor = models.CharField(max_length=100, blank=True, default="")
    until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    import_id = models.BigIntegerField(null=True, blank=True)  # the import that did it

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=MembershipAction.values), name="membershipevent_known_action"
            ),
        ]
        indexes = [
            # a customer's own history; who was in a group on a day
            models.Index(fields=["customer_id", "id"], name="membershipevent_customer"),
            models.Index(fields=["group_id", "id"], name="membershipevent_group"),
            # undoing an import: what it did
            models.Index(
                fields=["import_id", "id"],
                condition=Q(import_id__isnull=False),
                name="membershipevent_import",
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} {self.action} {self.group_name}"
