"""A miniature of Saleor: only what the plugin touches, under Saleor's own names.

Written afresh for running and testing the plugin where there is no Saleor. It is not Saleor,
it is not packaged, and tests/contract holds its names, signatures and columns to the real one.
"""

from .celeryconf import app as celery_app

__all__ = ["celery_app"]
