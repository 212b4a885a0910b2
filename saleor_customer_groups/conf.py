"""Settings, read late, each with its default. Django setting: SALEOR_CUSTOMER_GROUPS = {...}."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings

DEFAULTS: Final[dict[str, Any]] = {
    # How many open checkouts one statement expires.
    "REPRICING_CHUNK": 500,
    # How many customers one statement puts into the default group.
    "ASSIGN_CHUNK": 5_000,
    # How many lines may be pasted at once.
    "PASTED_LINES": 10_000,
    # How many customers one transaction of an import puts in or takes out.
    "IMPORT_CHUNK": 25_000,
    # The largest file that is imported, in megabytes (XLSX has a lower limit of its own).
    "IMPORT_MEGABYTES": 200,
    # For how many days files and lines of imports are kept; they hold personal data.
    "IMPORT_DAYS": 30,
    # Seconds between two sweeps of the repricing queue and of windows (Celery beat).
    "SWEEP_SECONDS": 60,
    # For how many seconds "there is no guest group" and "the shop has no group prices" may be
    # believed without asking the database.
    "CACHE_SECONDS": 30,
    # The queue of our tasks; None is Saleor's default queue.
    "CELERY_QUEUE": None,
}

# What each setting must be for the system check.
POSITIVE_INTEGERS: Final = (
    "REPRICING_CHUNK",
    "ASSIGN_CHUNK",
    "PASTED_LINES",
    "IMPORT_CHUNK",
    "IMPORT_MEGABYTES",
    "IMPORT_DAYS",
    "SWEEP_SECONDS",
    "CACHE_SECONDS",
)

PLUGIN_ID: Final = "saleor.customer-groups"
REPRICING_TASK: Final = "saleor_customer_groups.tasks.reprice_open_checkouts"
SWEEP_TASK: Final = "saleor_customer_groups.tasks.sweep"
REFRESH_TASK: Final = "saleor_customer_groups.tasks.refresh_changed_customers"
CHECK_IMPORT_TASK: Final = "saleor_customer_groups.tasks.check_import"
APPLY_IMPORT_TASK: Final = "saleor_customer_groups.tasks.apply_import"
UNDO_IMPORT_TASK: Final = "saleor_customer_groups.tasks.undo_import"
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
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            found.append(f"{name!r} must be a whole number of at least 1, not {value!r}.")
    return found
