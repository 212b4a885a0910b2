"""The addresses of our pages. One file of an area has its own list; it is joined here."""

from __future__ import annotations

from django.urls import include, path, re_path

from . import assets, pickers, start
from .broadcasts.urls import urlpatterns as broadcasts
from .customers.urls import urlpatterns as customers
from .endpoints.urls import urlpatterns as endpoints
from .exports.urls import urlpatterns as exports
from .figures.urls import urlpatterns as figures
from .groups.urls import urlpatterns as groups
from .imports.urls import urlpatterns as imports
from .loyalty.urls import urlpatterns as loyalty
from .prices.urls import urlpatterns as prices
from .prices.urls import widgets as price_widgets
from .rules.urls import urlpatterns as rules

urlpatterns = [
    path("assets/<slug:at>/<str:name>", assets.serve, name="asset"),
    re_path(r"^pages/?\Z", start.start, name="start"),
    path("pages/pick/<str:kind>", pickers.options, name="pick"),
    path("pages/groups", include(rules)),
    path("pages/groups", include(groups)),
    path("pages/groups", include(imports)),
    path("pages/groups", include(exports)),
    path("pages/prices", include(prices)),
    path("pages/endpoints", include(endpoints)),
    path("pages/broadcasts", include(broadcasts)),
    *price_widgets,
    path("pages/", include(customers)),
    path("pages/", include(figures)),
    path("pages/", include(loyalty)),
]
