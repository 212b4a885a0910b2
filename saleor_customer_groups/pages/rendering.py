"""Templates: an engine of our own, so that no setting of the host changes what a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.template.backends.django import DjangoTemplates

FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "saleor_customer_groups"


@cache
def engine() -> DjangoTemplates:
    """The engine with our tags (pages/tags.py) at hand in every template."""
    return DjangoTemplates(
        {
            "NAME": "saleor_customer_groups",
            "DIRS": [FOLDER],
            "APP_DIRS": False,
            "OPTIONS": {
                "autoescape": True,
                "builtins": [
                    "django.templatetags.i18n",
                    "saleor_customer_groups.pages.tags",
                ],
            },
        }
    )


def render(template: str, context: Mapping[str, Any]) -> str:
    """The template's text, for example of groups/list.html."""
    return engine().get_template(template).render(dict(context))
