"""What is wanted of whom, and which lots are drawn for it: the SELECTs in the slots of DRAW."""

from __future__ import annotations

from typing import Final

from .statements import NOT_YET, OWN

ONE: Final = """SELECT %(account)s::bigint AS account_id, %(amount)s::bigint AS amount,
       %(shortfall)s::bigint AS shortfall, %(reverses)s::bigint AS reverses_id"""

THESE: Final = """SELECT unnest(%(accounts)s::bigint[]) AS account_id, 0 AS shortfall,
       NULL::bigint AS reverses_id"""

# Of bulk acts: no more than is there; who has too little is left out where the act says so.
OF_MANY: Final = f"""
SELECT account.id AS account_id, least(given.amount, account.balance) AS amount,
       greatest(given.amount - account.balance, 0) AS shortfall, NULL::bigint AS reverses_id
  FROM ({{rows}}) AS given JOIN {{account}} AS account
    ON {OWN}
 WHERE account.id = ANY(%(accounts)s::bigint[])
   AND given.amount >= 0
   AND (given.amount <= account.balance OR %(take_left)s)
   AND {NOT_YET}
"""

# Which lots: the first to expire, of these the oldest; what never expires comes last.
FIRST_TO_EXPIRE: Final = """
SELECT account_id, lot_id, least(remaining, wanted - before) AS amount
  FROM (SELECT lot.account_id, lot.entry_id AS lot_id, lot.remaining, wanted.amount AS wanted,
               sum(lot.remaining) OVER (PARTITION BY lot.account_id
                                        ORDER BY lot.expires_at, lot.entry_id)
               - lot.remaining AS before
          FROM wanted JOIN {lot} AS lot ON lot.account_id = ANY (ARRAY[wanted.account_id])
         WHERE lot.remaining > 0) AS line
 WHERE before < wanted
"""

DUE: Final = """
SELECT lot.account_id, lot.entry_id AS lot_id, lot.remaining AS amount
  FROM wanted JOIN {lot} AS lot ON lot.account_id = ANY (ARRAY[wanted.account_id])
 WHERE lot.remaining > 0 AND lot.expires_at <= %(now)s
"""

# The lot that the reversed entry made.
ITS_LOT: Final = """
SELECT lot.account_id, lot.entry_id AS lot_id, wanted.amount
  FROM wanted JOIN {lot} AS lot ON lot.account_id = wanted.account_id
 WHERE lot.entry_id = %(reverses)s AND wanted.amount > 0
"""

# Back to the lots that the entry used, less what went back before; last drawn, first restored.
BACK: Final = """
SELECT account_id, lot_id, -least(used, wanted - before) AS amount
  FROM (SELECT lot.account_id, lot_id, used, wanted.amount AS wanted,
               sum(used) OVER (ORDER BY lot.expires_at DESC, lot_id DESC) - used AS before
          FROM (SELECT draw.lot_id, sum(draw.amount) AS used
                  FROM {draw} AS draw JOIN {entry} AS entry ON entry.id = draw.entry_id
                 WHERE entry.id = %(reverses)s OR entry.reverses_id = %(reverses)s
                 GROUP BY draw.lot_id HAVING sum(draw.amount) > 0) AS net
          JOIN {lot} AS lot ON lot.entry_id = net.lot_id
          JOIN wanted ON wanted.account_id = lot.account_id) AS line
 WHERE before < wanted
"""

# Of a bulk act that is reversed: what is left of what it gave (`own_lot`), and what it took. What
# was given back or taken back of an entry before is not done again. OFFSET 0: as in NOT_YET.
OF_ACT: Final = """
SELECT entry.account_id, entry.id AS reverses_id, entry.amount > 0 AS own_lot,
       CASE WHEN entry.amount > 0 THEN least(lot.remaining, entry.amount + mirrored.amount)
            ELSE - entry.amount - mirrored.amount END AS amount,
       CASE WHEN entry.amount > 0
            THEN greatest(entry.amount + mirrored.amount - lot.remaining, 0)
            ELSE 0 END AS shortfall
  FROM {entry} AS entry
  LEFT JOIN LATERAL (
       SELECT own.remaining FROM {lot} AS own WHERE own.entry_id = entry.id OFFSET 0) AS lot ON TRUE
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(mirror.amount), 0)::bigint AS amount
         FROM {entry} AS mirror WHERE mirror.reverses_id = entry.id) AS mirrored
 WHERE entry.adjustment_id = %(adjustment)s AND entry.kind = %(reversed)s
   AND entry.account_id = ANY(%(accounts)s::bigint[])
   AND NOT EXISTS (
           SELECT 1 FROM {entry} AS earlier
            WHERE earlier.adjustment_id = %(adjustment)s AND earlier.kind = %(kind)s
              AND earlier.account_id = entry.account_id
           OFFSET 0)
"""

# The lots that the act made, and for what it took the lots it used (see BACK), entry by entry: the
# draws are more with each chunk.
OF_ITS_LOTS: Final = """
SELECT account_id, reverses_id AS lot_id, amount FROM wanted WHERE own_lot AND amount > 0
 UNION ALL
SELECT account_id, lot_id, -least(used, wanted - before) AS amount
  FROM (SELECT wanted.account_id, wanted.amount AS wanted, net.lot_id, net.used,
               sum(net.used) OVER (PARTITION BY wanted.account_id
                                   ORDER BY net.expires_at DESC, net.lot_id DESC)
               - net.used AS before
          FROM wanted CROSS JOIN LATERAL (
               SELECT draw.lot_id, lot.expires_at, sum(draw.amount) AS used
                 FROM {entry} AS entry
                 JOIN {draw} AS draw ON draw.entry_id = ANY (ARRAY[entry.id])
                 JOIN {lot} AS lot ON lot.entry_id = ANY (ARRAY[draw.lot_id])
                WHERE entry.id = wanted.reverses_id OR entry.reverses_id = wanted.reverses_id
                GROUP BY draw.lot_id, lot.expires_at HAVING sum(draw.amount) > 0) AS net
         WHERE NOT wanted.own_lot) AS line
 WHERE before < wanted
"""

ACCOUNTS_OF_ACT: Final = """
SELECT account_id FROM {entry}
 WHERE adjustment_id = %(adjustment)s AND kind = %(reversed)s
   AND account_id > %(after)s AND account_id <= %(last)s
"""
