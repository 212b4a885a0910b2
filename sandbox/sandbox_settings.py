"""Settings of the sandbox: the miniature Saleor, the plugin and a small storefront.

From the environment: DATABASE_URL, CELERY_BROKER_URL (without one, tasks run at once),
CACHE_URL (a Redis; without one, a cache in the process), SECRET_KEY, ALLOWED_HOSTS, DEBUG.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str) -> dict[str, Any]:
    """A `postgres://user:password@host:port/name?option=value` as Django wants it."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-the-sandbox-never-for-a-shop-that-sells")
DEBUG = os.environ.get("DEBUG", "").lower() in {"1", "true", "yes"}
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")

DATABASE_CONNECTION_DEFAULT_NAME = "default"
DATABASE_CONNECTION_REPLICA_NAME = "replica"
DATABASE_URL = os.environ.get("DATABASE_URL", "postgres://saleor:saleor@127.0.0.1:5432/sandbox")
DATABASES = {
    DATABASE_CONNECTION_DEFAULT_NAME: database(DATABASE_URL),
    DATABASE_CONNECTION_REPLICA_NAME: {
        **database(os.environ.get("DATABASE_URL_REPLICA", DATABASE_URL)),
        "TEST": {"MIRROR": DATABASE_CONNECTION_DEFAULT_NAME},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sites",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "mptt",
    "saleor.permission",
    "saleor.channel",
    "saleor.account",
    "saleor.discount",
    "saleor.product",
    "saleor.checkout",
    "saleor.order",
    "saleor.giftcard",
    "saleor.payment",
    "saleor.plugins",
    "saleor.site",
    "saleor.app",
    "saleor_customer_groups",
    "shop",
    "dashboard",
]
PLUGINS = ["saleor_customer_groups.plugin.CustomerGroupsPlugin"]

# The Dashboard's stand-in and the pages in it are served by one server under two names.
SALEOR_CUSTOMER_GROUPS: dict[str, Any] = {
    "DASHBOARD_ORIGINS": ["http://localhost:*", "http://127.0.0.1:*"],
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "shop.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.context.shop",
            ]
        },
    }
]
STATIC_URL = "/static/"

AUTH_USER_MODEL = "account.User"
AUTHENTICATION_BACKENDS = [
    "saleor.core.auth_backend.JSONWebTokenBackend",
    # The shop's own pages sign in with a session.
    "django.contrib.auth.backends.ModelBackend",
]
JWT_TTL_ACCESS = timedelta(minutes=5)
JWT_TTL_APP_ACCESS = timedelta(minutes=5)
LOGIN_URL = "shop:login"
SITE_ID = 1
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pl", "Polish")]
TIME_ZONE = "UTC"
USE_TZ = True

DEFAULT_MAX_DIGITS = 20
DEFAULT_DECIMAL_PLACES = 3
DEFAULT_CURRENCY_CODE_LENGTH = 3
CHECKOUT_PRICES_TTL = timedelta(hours=1)

# Calls to other systems: none into this machine or its network, as on a server. For trying a
# receiver of your own on this machine: HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS=true.
HTTP_IP_FILTER_ENABLED = True
HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS = os.environ.get(
    "HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS", ""
).lower() in {"1", "true", "yes"}
COMMON_REQUESTS_TIMEOUT = (2, 18)

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
CELERY_TASK_ALWAYS_EAGER = not CELERY_BROKER_URL
# A task that fails at once fails the request too, so that a test sees it.
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE: dict[str, Any] = {}
# The real one only writes a warning by default; here a forgotten allow_writer() is an error.
CELERY_RESTRICT_WRITER_METHOD = "saleor.core.db.connection.restrict_writer"

CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A line for each task that ran within a request tells nothing.
    "loggers": {"celery.app.trace": {"level": "WARNING"}} if CELERY_TASK_ALWAYS_EAGER else {},
}
