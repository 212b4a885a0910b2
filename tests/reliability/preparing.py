"""Makes a crowd and an adjustment for it that has begun; says its number.

python -m tests.reliability.preparing 1000000
"""

from __future__ import annotations

import sys

import django


def main(size: int) -> None:
    django.setup()
    from saleor.core.db.connection import allow_writer

    from saleor_customer_groups.loyalty.adjustments import drafts, steps
    from saleor_customer_groups.loyalty.adjustments.drafts import Draft
    from saleor_customer_groups.segments.audience import Audience
    from tests.loyalty.adjustments.killing import crowd

    with allow_writer():
        group = crowd(size)
        adjustment = drafts.create(Draft(unit="points", amount=5), Audience(group_id=group.pk))
        steps.start(adjustment.pk, background=False)
    print(adjustment.pk)


if __name__ == "__main__":
    main(int(sys.argv[1]))
