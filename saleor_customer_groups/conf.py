"""Settings, read late, each with its default. Django setting: SALEOR_CUSTOMER_GROUPS = {...}."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # How many open checkouts one statement expires.
    "REPRICING_CHUNK": 500,
    # How many customers one statement puts into the default group.
    "ASSIGN_CHUNK": 5_000,
    # How many customers one statement of an export reads.
    "EXPORT_CHUNK": 2_000,
    # How many customers one transaction of a bulk act on balances changes.
    "ADJUST_CHUNK": 5_000,
    # For how many days the file of an export is kept.
    "EXPORT_DAYS": 7,
    # How many lines may be pasted at once.
    "PASTED_LINES": 10_000,
    # How many customers one transaction of an import puts in or takes out.
    "IMPORT_CHUNK": 50_000,
    # The largest file that is imported, in megabytes (XLSX has a lower limit of its own).
    "IMPORT_MEGABYTES": 200,
    # For how many days files and lines of imports are kept; they hold personal data.
    "IMPORT_DAYS": 30,
    # Seconds between two sweeps of the repricing queue and of windows (Celery beat).
    "SWEEP_SECONDS": 30,
    # For how many seconds "there is no guest group" and "the shop has no group prices" may be
    # believed without asking the database.
    "CACHE_SECONDS": 30,
    # For how many days an event is kept after every endpoint has it; what some endpoint does not
    # have yet is kept for ever.
    "WEBHOOK_DAYS": 30,
    # Whether endpoints may have http:// addresses. For development.
    "WEBHOOK_HTTP": False,
    # For how many days calls of triggers are kept; at least 7: by them a repeated one is known.
    "TRIGGER_DAYS": 30,
    # The hour, in the shop's time zone, of the nightly run of every segment that finds drift.
    "REPAIR_HOUR": 3,
    # The queue of our tasks; None is Saleor's default queue.
    "CELERY_QUEUE": None,
    # For how many days a snapshot starts something new, unless it is made or renewed for longer.
    "SNAPSHOT_DAYS": 180,
    # How many customers a group may hold that has no limit of its own; None is no limit.
    "MEMBER_LIMIT": None,
    # Whether groups may be deleted at all.
    "DELETE_GROUPS": True,
    # Whether credit and cashback are spent by a gift card of the customer. Needs Saleor 3.23.19.
    "PURSES": True,
    # For how long a checkout that is being completed keeps others from the customer's credit.
    "CLAIM_SECONDS": 180,
    # Whether a cancelled order gives back the credit that it spent.
    "RETURN_CREDIT_ON_CANCEL": True,
    # The key of a customer's public metadata that holds the slugs of their groups; None: no key.
    "METADATA_KEY": None,
    # Who keeps the ledger of loyalty: "own", or "external": then we only ask (credit.requested).
    "LOYALTY_MODE": "own",
    # A refund takes back what the order earned. What was spent already is only noted
    # ("available"), or taken from what the customer earns next ("later").
    "CLAW_BACK": "available",
    # How many days before something expires customers hear of it; None: they do not.
    "EXPIRY_WARNING_DAYS": None,
    # Customer type by group, both as slugs: {"vip": "wholesale"}. Needs Saleor 3.23.26.
    "CUSTOMER_TYPES": {},
    # The key of a customer's public metadata that says "true" where they accept marketing; None:
    # nobody does.
    "MARKETING_CONSENT_KEY": None,
    # The keys of a customer's metadata, private or public, with their ids; None: not to be reached.
    "MESSENGER_ID_KEY": None,
    "LINE_ID_KEY": None,
    "PUSH_TOKEN_KEY": None,
    # How many recipients of a broadcast one transaction writes.
    "BROADCAST_CHUNK": 2_000,
    # Where the Dashboard is, beside what the plugin's configuration says: a list of origins such
    # as https://dashboard.example.com. Our pages show in it and nowhere else.
    "DASHBOARD_ORIGINS": (),
    # Which permissions of Saleor open an act, any one of them, where it is not as in access.py:
    # {"prices.read": ["discount.manage_discounts"]}.
    "PERMISSIONS": {},
    # Whether our API is also part of Saleor's own endpoint.
    "MERGE_GRAPHQL": False,
}

# What each setting must be for the system check.
POSITIVE_INTEGERS: Final = (
    "REPRICING_CHUNK",
    "ASSIGN_CHUNK",
    "ADJUST_CHUNK",
    "EXPORT_CHUNK",
    "EXPORT_DAYS",
    "PASTED_LINES",
    "IMPORT_CHUNK",
    "IMPORT_MEGABYTES",
    "IMPORT_DAYS",
    "SWEEP_SECONDS",
    "CACHE_SECONDS",
    "SNAPSHOT_DAYS",
    "WEBHOOK_DAYS",
    "TRIGGER_DAYS",
    "CLAIM_SECONDS",
    "BROADCAST_CHUNK",
)
BOOLEANS: Final = (
    "DELETE_GROUPS",
    "WEBHOOK_HTTP",
    "PURSES",
    "RETURN_CREDIT_ON_CANCEL",
    "MERGE_GRAPHQL",
)
LEAST_TRIGGER_DAYS: Final = 7
OPTIONAL_POSITIVE_INTEGERS: Final = ("MEMBER_LIMIT", "EXPIRY_WARNING_DAYS")
CHOICES: Final = {"LOYALTY_MODE": ("own", "external"), "CLAW_BACK": ("available", "later")}
METADATA_KEYS: Final = (
    "METADATA_KEY",
    "MARKETING_CONSENT_KEY",
    "MESSENGER_ID_KEY",
    "LINE_ID_KEY",
    "PUSH_TOKEN_KEY",
)

PLUGIN_ID: Final = "saleor.customer-groups"
REPRICING_TASK: Final = "saleor_customer_groups.tasks.reprice_open_checkouts"
SWEEP_TASK: Final = "saleor_customer_groups.tasks.sweep"
REFRESH_TASK: Final = "saleor_customer_groups.tasks.refresh_changed_customers"
EXPORT_TASK: Final = "saleor_customer_groups.tasks.run_export"
SEGMENTS_TASK: Final = "saleor_customer_groups.tasks.run_segments"
MIRROR_TASK: Final = "saleor_customer_groups.tasks.mirror_groups"
NIGHTLY_TASK: Final = "saleor_customer_groups.tasks.repair_by_night"
CHECK_IMPORT_TASK: Final = "saleor_customer_groups.tasks.check_import"
APPLY_IMPORT_TASK: Final = "saleor_customer_groups.tasks.apply_import"
UNDO_IMPORT_TASK: Final = "saleor_customer_groups.tasks.undo_import"
ADJUST_TASK: Final = "saleor_customer_groups.tasks.run_adjustment"
DISPATCH_TASK: Final = "saleor_customer_groups.tasks.dispatch_events"
DELIVER_TASK: Final = "saleor_customer_groups.tasks.deliver_webhooks"
SETTLE_TASK: Final = "saleor_customer_groups.tasks.settle_orders"
PURSE_TASK: Final = "saleor_customer_groups.tasks.set_purses"
BROADCAST_TASK: Final = "saleor_customer_groups.tasks.send_broadcast"
CLEANUP_TASK: Final = "saleor_customer_groups.tasks.clear_group_prices"


def get(name: str) -> Any:
    """The setting's value, or its default. KeyError for a name that is no setting."""
    default = DEFAULTS[name]
    return getattr(settings, "SALEOR_CUSTOMER_GROUPS", {}).get(name, default)


def problems() -> list[str]:
    """What is wrong with the merchant's settings, a sentence each."""
    given: dict[str, Any] = getattr(settings, "SALEOR_CUSTOMER_GROUPS", {})
    found = [f"{name!r} is no setting of ours." for name in given if name not in DEFAULTS]
    for name in POSITIVE_INTEGERS:
        value = get(name)
        if not _is_positive_integer(value):
            found.append(f"{name!r} must be a whole number of at least 1, not {value!r}.")
    days = get("TRIGGER_DAYS")
    if _is_positive_integer(days) and days < LEAST_TRIGGER_DAYS:
        found.append(f"'TRIGGER_DAYS' must be at least {LEAST_TRIGGER_DAYS}, not {days!r}.")
    hour = get("REPAIR_HOUR")
    if not isinstance(hour, int) or isinstance(hour, bool) or not 0 <= hour <= 23:
        found.append(f"'REPAIR_HOUR' must be an hour from 0 to 23, not {hour!r}.")
    for name in OPTIONAL_POSITIVE_INTEGERS:
        value = get(name)
        if value is not None and not _is_positive_integer(value):
            found.append(f"{name!r} must be None or a whole number of at least 1, not {value!r}.")
    for name in BOOLEANS:
        value = get(name)
        if not isinstance(value, bool):
            found.append(f"{name!r} must be True or False, not {value!r}.")
    for name, choices in CHOICES.items():
        value = get(name)
        if value not in choices:
            named = " or ".join(repr(choice) for choice in choices)
            found.append(f"{name!r} must be {named}, not {value!r}.")
    for name in METADATA_KEYS:
        key = get(name)
        if key is not None and not _is_text(key):
            found.append(f"{name!r} must be None or a text that is not empty, not {key!r}.")
    origins = get("DASHBOARD_ORIGINS")
    if not isinstance(origins, list | tuple) or not all(map(_is_text, origins)):
        found.append(f"'DASHBOARD_ORIGINS' must be a list of addresses, not {origins!r}.")
    opened = get("PERMISSIONS")
    if not isinstance(opened, dict) or not all(map(_are_permissions, opened.values())):
        found.append(
            "'PERMISSIONS' must map acts to lists of permissions (\"label.codename\"), "
            f"not {opened!r}."
        )
    pairs = get("CUSTOMER_TYPES")
    if not isinstance(pairs, dict) or not all(map(_is_text, [*pairs, *pairs.values()])):
        found.append(f"'CUSTOMER_TYPES' must map slugs of groups to slugs of types, not {pairs!r}.")
    return found


def _are_permissions(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        _is_text(name) and name.count(".") == 1 for name in value
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_positive_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
