"""Permissions of staff and Apps."""
