"""Calls to other systems: requests, hardened as the settings say."""

from __future__ import annotations

import requests_hardened
from django.conf import settings

HTTPConfig = requests_hardened.Config(
    ip_filter_enable=settings.HTTP_IP_FILTER_ENABLED,
    ip_filter_allow_loopback_ips=settings.HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS,
    never_redirect=True,
    default_timeout=settings.COMMON_REQUESTS_TIMEOUT,
    user_agent_override="Saleor/miniature",
)

HTTPClient = requests_hardened.Manager(HTTPConfig)
