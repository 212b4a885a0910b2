"""What can go wrong while starting; each message is a full sentence for the terminal."""

from __future__ import annotations


class LauncherError(Exception):
    """Base of all: its message, without a traceback, is what the person who typed sees."""


class ServiceFailed(LauncherError):
    """A server did not start, or one of the demo's processes ended by itself."""


class InstallFailed(LauncherError):
    """A virtual environment or its packages could not be made."""
