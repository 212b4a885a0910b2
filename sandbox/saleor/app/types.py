"""Kinds of apps."""


class AppType:
    LOCAL = "local"
    THIRDPARTY = "thirdparty"

    CHOICES = [(LOCAL, "local"), (THIRDPARTY, "thirdparty")]


DEFAULT_APP_TARGET = "popup"
