"""The statements that decide who of an audience is reached, and where.

One decision serves the preview, the freezing and each batch, so that they cannot differ: what is
asked about is a SELECT of customers' ids. Values are parameters in the order of the text; only
names of tables and of our own columns are written into a statement.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Model

from .. import conf
from ..models import Broadcast, BroadcastBatch, BroadcastChannel, BroadcastRecipient
from ..segments import contacts
from ..segments.compile import Query

# Why a recipient is skipped, in words.
REASONS: Final = {
    "deleted": "the customer was deleted",
    "inactive": "the account is not active",
    "no_consent": "does not accept marketing",
    "no_address": "has no address for this channel",
    "duplicate": "another recipient has the same address",
    "cannot_be_rendered": "the message would be too long with the customer's own data",
    "erased": "the customer was erased",
}
CONSENTS: Final = ["true", "yes", "1"]
ADDRESS_LENGTH: Final = 1_000

ID: Final = "coalesce(customer.private_metadata ->> %s::text, customer.metadata ->> %s::text)"
ID_SETTINGS: Final = {
    BroadcastChannel.MESSENGER: "MESSENGER_ID_KEY",
    BroadcastChannel.LINE: "LINE_ID_KEY",
    BroadcastChannel.PUSH: "PUSH_TOKEN_KEY",
}
# What two spellings of one address have in common.
SAME: Final = {
    BroadcastChannel.EMAIL: "lower({})",
    BroadcastChannel.SMS: "regexp_replace({}, '[^0-9+]', '', 'g')",
}

# `why` is empty for who is reached. An address that several have is that of the recipient who has
# it already, else of the first customer. OFFSET 0: the index is asked for each of them; of a table
# that fills while we write, the statistics know nothing, and all of it would be read. The other one
# has an address worked out once, and not for each time that it is named.
DECIDED: Final = """
SELECT judged.customer_id, first_name, last_name, email, language_code, address, key,
       CASE WHEN why <> '' THEN why
            WHEN holder.customer_id <> judged.customer_id THEN 'duplicate'
            WHEN holder.customer_id IS NULL
                 AND row_number() OVER (PARTITION BY key, why ORDER BY judged.customer_id) > 1
            THEN 'duplicate'
            ELSE '' END AS why
  FROM (SELECT found.id AS customer_id, customer.first_name, customer.last_name, customer.email,
               customer.language_code, at.address, md5({same})::uuid AS key,
               CASE WHEN customer.id IS NULL THEN 'deleted'
                    WHEN NOT customer.is_active THEN 'inactive'
                    WHEN NOT ({consents}) THEN 'no_consent'
                    WHEN at.address IS NULL OR length(at.address) > {longest} THEN 'no_address'
                    ELSE '' END AS why
          FROM ({found}) AS found(id)
          LEFT JOIN {customer} AS customer ON customer.id = found.id
         CROSS JOIN LATERAL (SELECT nullif(btrim({where}), '') AS address OFFSET 0) AS at) AS judged
  LEFT JOIN LATERAL (SELECT customer_id FROM {recipient}
                      WHERE broadcast_id = %s AND address_key = judged.key OFFSET 0) AS holder
    ON true
"""
CONSENT: Final = "lower(coalesce(customer.metadata ->> %s::text, '')) = ANY(%s)"

COUNT: Final = "SELECT why, count(*), min(customer_id) FROM ({decided}) AS decided GROUP BY why"

FREEZE: Final = """
INSERT INTO {recipient} (broadcast_id, customer_id, status, reason, address_key)
SELECT %s, customer_id, CASE WHEN why = '' THEN 'pending' ELSE 'skipped' END, why,
       CASE WHEN why = '' THEN key END
  FROM ({decided}) AS decided
 ORDER BY customer_id
    ON CONFLICT (customer_id, broadcast_id) DO NOTHING
"""

# Who is written to with whom: the rows are ours until the transaction ends.
SETTLE: Final = """
UPDATE {recipient} AS recipient
   SET status = given.status, reason = given.reason, batch_id = batch.id, address_key = given.key
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::uuid[])
       AS given(id, status, reason, number, key)
  LEFT JOIN {batch} AS batch ON batch.broadcast_id = %s AND batch.number = given.number
 WHERE recipient.id = given.id
"""


def decided(broadcast: Broadcast, found: Query) -> Query:
    """The customers of `found` with their address and why they are not reached."""
    consents, consent_params = "true", []
    if broadcast.marketing_only:
        consents, consent_params = CONSENT, [conf.get("MARKETING_CONSENT_KEY"), CONSENTS]
    where, where_params = _address(broadcast.channel)
    statement = DECIDED.format(
        consents=consents,
        found=found.sql,
        where=where,
        same=SAME.get(BroadcastChannel(broadcast.channel), "{}").format("at.address"),
        longest=ADDRESS_LENGTH,
        **_tables(),
    )
    return Query(statement, [*consent_params, *found.params, *where_params, broadcast.pk])


def counted(broadcast: Broadcast, found: Query) -> Query:
    """How many there are of each reason, and the first customer."""
    inner = decided(broadcast, found)
    return Query(COUNT.format(decided=inner.sql), inner.params)


def freezing(broadcast: Broadcast, found: Query) -> Query:
    """Makes recipients of the customers of `found`."""
    inner = decided(broadcast, found)
    statement = FREEZE.format(decided=inner.sql, **_tables())
    return Query(statement, [broadcast.pk, *inner.params])


def settling(broadcast: Broadcast, columns: list[list[Any]]) -> Query:
    """Says what became of pending recipients: ids, states, reasons, batches' numbers, keys."""
    return Query(SETTLE.format(**_tables()), [*columns, broadcast.pk])


def these(customer_ids: list[int]) -> Query:
    """These customers."""
    return Query("SELECT unnest(%s::int[])", [customer_ids])


def rows(query: Query) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        return list(cursor.fetchall())


def execute(query: Query) -> int:
    """Do it; how many rows it was about."""
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        return int(cursor.rowcount)


def _address(channel: str) -> tuple[str, list[Any]]:
    """The SQL of a customer's address for the channel."""
    if channel == BroadcastChannel.EMAIL:
        return "customer.email", []
    if channel == BroadcastChannel.SMS:
        return contacts.phone(), []
    key = conf.get(ID_SETTINGS[BroadcastChannel(channel)])
    return ID, [key, key]


@cache
def _tables() -> dict[str, str]:
    """The quoted names of the tables; they come from the models, never from input."""
    tables: dict[str, type[Model]] = {
        "customer": get_user_model(),
        "recipient": BroadcastRecipient,
        "batch": BroadcastBatch,
    }
    quote = connection.ops.quote_name
    return {name: quote(model._meta.db_table) for name, model in tables.items()}
