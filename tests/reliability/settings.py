"""The sandbox's settings, with ours as a test says: for processes that it starts."""

from __future__ import annotations

import json
import os

from sandbox_settings import *  # noqa: F403

SALEOR_CUSTOMER_GROUPS = json.loads(os.environ["OUR_SETTINGS"])
