"""Which addresses an endpoint may have, as far as the text tells.

Where the name leads is looked at when it is called (host/http.py), each time.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from ..sentences import Sentence

LONGEST: Final = 2_000
HOST: Final = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


def problem(url: str, *, http: bool) -> Sentence | None:
    """What is wrong with the address, a sentence; `http` allows the unencrypted scheme too."""
    if len(url) > LONGEST:
        return Sentence("The address must have at most {most:,} characters.", most=LONGEST)
    if not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        return Sentence(
            "The address must be of ASCII characters without spaces; write the host in Punycode."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return Sentence("The address is not a URL.")
    allowed = ("https", "http") if http else ("https",)
    if parts.scheme not in allowed:
        if http:
            return Sentence("The address must begin with https:// or http://.")
        return Sentence("The address must begin with https://.")
    if "@" in parts.netloc:
        return Sentence("The address must not hold a user or a password.")
    host = parts.netloc.removesuffix(f":{port}") if port is not None else parts.netloc
    if not HOST.fullmatch(host):
        return Sentence("The address has no host, or one that is not a host's name.")
    if parts.fragment:
        return Sentence("The address must not have a fragment (#…); it is never sent.")
    return None
