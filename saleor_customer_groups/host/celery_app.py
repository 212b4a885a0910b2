"""Tasks of ours are Saleor's, in every thread.

Celery knows its current app by thread; in any other than the one that imported Saleor, such as
those that answer requests, it would make one of its own, without Saleor's broker.
"""

from __future__ import annotations

from saleor.celeryconf import app


def install() -> None:
    """Make Saleor's app what Celery takes where a thread has no other."""
    app.set_default()
