"""A browser over the live sandbox: staff in the Dashboard's stand-in, shoppers in the shop.

Skipped without Chromium (`apt-get install chromium`). Each test leaves screenshots in
.state/screenshots, which is ignored by git: look at them.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import quote

import pytest

from saleor_customer_groups.pages.ids import global_id
from tests.callers import permissions

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "group-prices"
AXE = (Path(__file__).parent / "axe.min.js").read_text()
SCREENSHOTS = Path(__file__).resolve().parents[2] / ".state" / "screenshots"
# The screenshot of a busy machine may else show a frame as it was before.
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PATIENCE = 60_000  # milliseconds until an element that does not come is missed; machines are busy


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of the machine."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    # Playwright runs an event loop in this thread; Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        # Its driver was seen to wait for ever for a browser that had ended.
        impatience = Timer(PATIENCE / 1000, _kill_driver)
        impatience.start()
        browser.close()
    impatience.cancel()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _kill_driver() -> None:
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            if "playwright" in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(int(pid), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The stand-in in a tab, signed in. `screen` is our page in its frame."""

    tab: Any
    base: str

    @property
    def screen(self) -> Any:
        """Our page."""
        return self.tab.frame_locator("iframe.app")

    def open(self, path: str) -> Any:
        """Open a page of ours by its address in the Dashboard; its frame."""
        self.tab.goto(f"{self.base}/extensions/app/{app_id()}{path}")
        self.screen.locator("h1").wait_for()
        return self.screen

    def visit(self, path: str) -> None:
        """Open a page of the Dashboard's own."""
        self.tab.goto(self.base + path)

    def toast(self) -> str:
        """The latest notification."""
        latest = self.tab.locator("#toasts > div").last
        latest.wait_for()
        return str(latest.inner_text())

    def check(self, name: str) -> None:
        """Take screenshots in both themes, and look for what people with other senses miss."""
        assert self.look(name) == []

    def look(self, name: str) -> list[str]:
        """The same; what they would miss."""
        problems = []
        for theme in ("light", "dark"):
            self._be(theme)
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            self.tab.screenshot(path=SCREENSHOTS / f"{name}-{theme}.png")
            for frame in self.tab.frames[1:]:
                if "/plugins/" in frame.url:
                    problems += [f"{name} ({theme}): {one}" for one in _axe(frame)]
        self._be("light")
        return problems

    def _be(self, theme: str) -> None:
        if self.tab.locator("html").get_attribute("data-theme") != theme:
            self.tab.evaluate("document.getElementById('theme').click()")
        for frame in self.tab.frames[1:]:
            if "/plugins/" in frame.url:
                frame.wait_for_function(
                    "theme => document.documentElement.dataset.theme === theme"
                    " && !document.querySelector('main[aria-busy]')"
                    " && document.getAnimations().every("
                    "  one => one.effect.getTiming().iterations === Infinity)",
                    arg=theme,
                )
                frame.evaluate(PAINTED)


def app_id() -> str:
    """The App as addresses of the Dashboard have it."""
    from saleor.app.models import App

    return quote(global_id("App", App.objects.get().pk))


def _axe(frame: Any) -> list[str]:
    frame.evaluate(AXE)
    found = frame.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    # A fragment has no landmarks beside <main>, and the Dashboard's frame has the title.
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


@pytest.fixture
def people(transactional_db: None) -> dict[str, Any]:
    """Alice, Bob and Charlie, and the merchant, who may do everything."""
    from django.contrib.auth import get_user_model
    from saleor.permission.enums import get_permissions

    from saleor_customer_groups.host import dashboard
    from saleor_customer_groups.host.places import APP_PERMISSIONS

    permissions(*APP_PERMISSIONS)
    found = {}
    for name in ("Alice", "Bob", "Charlie", "Merchant"):
        user: Any = get_user_model()(email=f"{name.lower()}@example.com", first_name=name)
        user.is_staff = name == "Merchant"
        user.set_password(PASSWORD)
        user.save()
        found[name] = user
    found["Merchant"].user_permissions.set(get_permissions())
    dashboard.sync()
    return found


@pytest.fixture
def complaints() -> list[str]:
    """What went wrong in the browser; a test of pages ends with an empty one."""
    return []


@pytest.fixture
def merchant(
    chromium: Any, live_server: Any, people: dict[str, Any], complaints: list[str]
) -> Iterator[Dashboard]:
    """The merchant in the Dashboard."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    base = live_server.url.replace("127.0.0.1", "localhost") + "/dashboard"
    tab.goto(f"{base}/login/")
    tab.fill("[name=email]", "merchant@example.com")
    tab.fill("[name=password]", PASSWORD)
    tab.click("form button")
    tab.locator("aside nav").wait_for()
    yield Dashboard(tab, base)
    context.close()
    assert complaints == []
