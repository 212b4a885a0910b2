"""x"""

from typing import Any


def made_facts(run: Any, shop: Any) -> Any: ...
def story(address: str, facts: Any) -> str:
    return "story"
