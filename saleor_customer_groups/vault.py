"""Secrets at rest: what the database keeps of a secret cannot be read without SECRET_KEY."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from .errors import Refused
from .sentences import Sentence

PURPOSE: Final = b"saleor_customer_groups.vault:"


def seal(secret: str) -> str:
    """The secret, encrypted and authenticated, as text for the database."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret again. Refused where it was sealed under a key that is gone."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        sentence = Sentence(
            "The secret cannot be read: SECRET_KEY has changed since it was kept. Add the old "
            "key to SECRET_KEY_FALLBACKS, or give the secret again."
        )
        # The cause would name nothing more, and its arguments are none of the log's business.
        raise Refused(sentence, code="secret_unreadable") from None


def _box() -> MultiFernet:
    """Seals under SECRET_KEY, opens under its predecessors too."""
    keys = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    material = key if isinstance(key, bytes) else key.encode()
    return urlsafe_b64encode(sha256(PURPOSE + material).digest())
