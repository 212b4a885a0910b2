"""How soon each page of the Dashboard stands in the browser, in a shop with very many members.

    DJANGO_SETTINGS_MODULE=sandbox_settings PYTHONPATH=sandbox:. python benchmarks/pages.py

Makes a database of its own beside that of the settings, and drops it; needs Chromium. 10,000
groups, one of them with a million members and their history, and the demo's prices. Each page is
opened in the Dashboard's stand-in, in a browser that knows the assets, as a merchant's does from
the second page on; the times are those of the frame: from the begin of its navigation to the first
paint of something, and to the heading of the page with all that came with it (the token's way, the
request, the statements, the painting). The least of three.
Limit: the heading within a second.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

MEMBERS = 1_000_000
GROUPS = 10_000
LIMIT = 1_000  # ms
RUNS = 3
EMAIL, PASSWORD = "merchant@example.com", "group-prices"
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PREFIX = "saleor_customer_groups_"
CROWD = """
INSERT INTO account_user (email, first_name, last_name, password, is_superuser, is_staff, is_active,
    is_confirmed, date_joined, updated_at, jwt_token_key, language_code, uuid, metadata,
    private_metadata)
SELECT 'person' || n || '@example.com', 'Person', 'Number ' || n, '!', false, false, true, true,
       now(), now(), 'x', 'en', gen_random_uuid(), '{}', '{}' FROM generate_series(1, %s) AS n
"""
JOIN = f"""
INSERT INTO {PREFIX}membership (customer_id, group_id, source, reason, actor, started_at,
    created_at, updated_at)
SELECT id, {{large}}, 'import', '', '', now(), now(), now() FROM account_user
 WHERE email LIKE 'person%%';
INSERT INTO {PREFIX}membershipevent (group_id, group_name, customer_id, action, source, reason,
    actor, at)
SELECT {{large}}, 'Large', id, 'joined', 'import', '', '', now() FROM account_user
 WHERE email LIKE 'person%%';
"""


def seed() -> dict[str, int]:
    """The demo's shop, the crowd and the merchant; the ids that addresses of pages need."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from saleor.permission.enums import get_permissions
    from shop.seeding import catalogue, people, prices

    from saleor_customer_groups.groups import editing
    from saleor_customer_groups.host import dashboard
    from saleor_customer_groups.models import CustomerGroup, PriceList, PriceRule

    catalogue.fill()
    people.fill()
    prices.fill()
    merchant: Any = get_user_model()(email=EMAIL, first_name="Merchant", is_staff=True)
    merchant.set_password(PASSWORD)
    merchant.save()
    merchant.user_permissions.set(get_permissions())
    dashboard.sync()
    large = editing.create_group(name="Large", slug="large")
    CustomerGroup.objects.bulk_create(
        CustomerGroup(name=f"Group {number}", slug=f"group-{number}", kind="manual")
        for number in range(GROUPS)
    )
    with connection.cursor() as cursor:
        cursor.execute(CROWD, [MEMBERS])
        cursor.execute(JOIN.format(large=large.pk))
        cursor.execute("VACUUM ANALYZE")
    customer = get_user_model()._default_manager.get(email="person500000@example.com")
    return {
        "group_id": large.pk,
        "rule_id": PriceRule.objects.order_by("pk")[0].pk,
        "list_id": PriceList.objects.order_by("pk")[0].pk,
        "customer_id": customer.pk,
    }


def addresses(ids: dict[str, int]) -> Iterator[str]:
    """The paths of ours that need no other ids."""
    from saleor_customer_groups.pages.urls import urlpatterns

    for path in _paths(urlpatterns, ""):
        if re.match(r"pages/(?!pick|widgets|popups)", path) and "/earning/<" not in path:
            filled = re.sub(r"<int:(\w+)>", lambda found: str(ids.get(found[1], "?")), path)
            if "<" not in filled and "?" not in filled:
                yield filled.removeprefix("pages")


def _paths(patterns: Any, before: str) -> Iterator[str]:
    for one in patterns:
        path = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _paths(one.url_patterns, path)
        else:
            yield path


@contextmanager
def server(port: int) -> Iterator[str]:
    """The sandbox, until the end of the block; its address."""
    base = f"http://localhost:{port}"
    process = subprocess.Popen(
        [sys.executable, "sandbox/manage.py", "runserver", "--noreload", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"DEBUG": "1"},  # it serves its own assets then
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(base + "/dashboard/login/", timeout=5).read()
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait()


def opened(tab: Any, address: str) -> tuple[float, float] | None:
    """Milliseconds to the first paint and to the heading; None: the address is no page."""
    tab.goto(address)
    frame = tab.frame_locator("iframe.app")
    try:
        frame.locator("h1, main:not([aria-busy]) *").first.wait_for(timeout=15_000)
    except Exception:
        return None
    if not frame.locator("h1").count():
        return None
    inner = next(one for one in tab.frames[1:] if "/plugins/" in one.url)
    now = inner.evaluate("performance.now()")
    return float(inner.wait_for_function(FIRST_PAINT).json_value()), float(now)


def measure(base: str, ids: dict[str, int], app_id: int) -> bool:
    """Print the table; whether the limit is kept."""
    from playwright.sync_api import sync_playwright

    good, seen = True, 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        tab = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        tab.goto(f"{base}/dashboard/login/")
        tab.fill("[name=email]", EMAIL)
        tab.fill("[name=password]", PASSWORD)
        tab.click("form button")
        tab.locator("aside nav").wait_for()
        print(f"{'page':44} first paint    heading")
        for path in sorted(set(addresses(ids))):
            times = opened(tab, f"{base}/dashboard/extensions/app/{app_id}{path}")
            if times is None:
                continue  # a dialog, a part, or an act
            again = [opened(tab, tab.url) or times for _ in range(RUNS - 1)]
            paint, heading = (min(one) for one in zip(times, *again, strict=True))
            seen += 1
            good = good and heading <= LIMIT
            name = re.sub(r"\d+", "N", path)
            print(f"{name:44} {paint:8,.0f} ms {heading:7,.0f} ms", flush=True)
        browser.close()
    print(f"{seen} pages, limit {LIMIT:,} ms: {'kept' if good else 'BROKEN'}")
    return good


def main() -> None:
    """Measure in a database of its own, which is gone afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox_settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright has an event loop
    django.setup()
    from django.conf import settings
    from django.db import connection
    from saleor.app.models import App
    from saleor.core.db.connection import allow_writer

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        url = os.environ.get("DATABASE_URL", settings.DATABASE_URL)
        made: Any = settings.DATABASES["default"]
        os.environ["DATABASE_URL"] = url.rpartition("/")[0] + "/" + made["NAME"]
        with allow_writer():
            ids = seed()
            app_id = App.objects.get().pk
        with server(8765) as base:
            good = measure(base, ids, app_id)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
