"""What pricing asks of the database about one basket, as a function.

It is asked in every step of every checkout. As a plain statement two thirds of its time went into
parsing and planning it; PostgreSQL keeps the plan of a function for the session, behind any pooler.

A release that needs another answer adds `saleor_customer_groups_book_2` and leaves this one to the
servers that still run the release before; the one after that drops it.
"""

from django.db import migrations

# Rows of four sorts, told apart by their first column:
#   rule    one that is in force for the shopper in this channel and names something in the basket;
#           `value` is its percentage, or its amount in the currency; the next columns are named
#           as those of the table
#   target  of one kind (0 variant, 1 product, 2 category, 3 collection): what rules name in the
#           basket, or (flag) exclude: the rules' ids in `first`, the things' in `second`
#   list    a price list that is in force for the shopper
#   basket  `first` and `second` are pairs of a category above one of the basket's (or itself) and
#           the basket's own; flag: the customer was never put into any group; stand_alone: the
#           shop has neither rules nor lists (only if that is asked)
# Arrays, because they are read many times faster than rows. The things of the basket are looked up
# in hashed sub-selects, which a kept plan can use whatever the size of the arrays.
FORWARDS = """
CREATE FUNCTION saleor_customer_groups_book_1(
    customer bigint, guest_group bigint, channel bigint, currency_code text, moment timestamptz,
    variants bigint[], products bigint[], categories bigint[], collections bigint[],
    ask_for_prices boolean
) RETURNS TABLE (
    sort text, id bigint, name text, kind text, value numeric, flag boolean, number integer,
    priority integer, stand_alone boolean, first bigint[], second bigint[]
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH mine AS MATERIALIZED (
    SELECT group_id, started_at <= moment AND (until IS NULL OR until > moment) AS holds
      FROM saleor_customer_groups_membership
     WHERE customer_id = customer
    UNION ALL
    SELECT guest_group, TRUE WHERE guest_group IS NOT NULL
),
rule AS MATERIALIZED (
    SELECT id, name, kind, percentage, everything, min_quantity, priority, stand_alone
      FROM saleor_customer_groups_pricerule AS rule
     WHERE active AND (starts_at IS NULL OR starts_at <= moment)
           AND (ends_at IS NULL OR ends_at > moment)
       AND id IN (SELECT pricerule_id FROM saleor_customer_groups_pricerule_groups
                   WHERE customergroup_id = ANY(ARRAY(SELECT group_id FROM mine WHERE holds)))
       AND (every_channel
            OR EXISTS (SELECT FROM saleor_customer_groups_pricerule_channels
                        WHERE pricerule_id = rule.id AND channel_id = channel))
),
lineage AS MATERIALIZED (
    SELECT own.id AS own, upper.id AS upper
      FROM product_category AS own
      JOIN product_category AS upper
        ON upper.tree_id = own.tree_id AND upper.lft <= own.lft AND upper.rght >= own.rght
     WHERE own.id IN (SELECT unnest(categories))
),
touch AS MATERIALIZED (
    SELECT rule_id, excluded,
           CASE WHEN variant_id IS NOT NULL THEN 0 WHEN product_id IS NOT NULL THEN 1
                WHEN category_id IS NOT NULL THEN 2 ELSE 3 END AS kind,
           COALESCE(variant_id, product_id, category_id, collection_id) AS thing
      FROM saleor_customer_groups_priceruletarget
      JOIN rule ON rule.id = rule_id
     WHERE (variant_id IN (SELECT unnest(variants))
            OR product_id IN (SELECT unnest(products))
            OR category_id IN (SELECT upper FROM lineage)
            OR collection_id IN (SELECT unnest(collections)))
)
SELECT 'rule', rule.id, rule.name::text, rule.kind::text,
       CASE WHEN rule.kind IN ('percentage_off', 'percentage_up') THEN percentage ELSE amount END,
       everything, min_quantity, rule.priority, rule.stand_alone, NULL::bigint[], NULL::bigint[]
  FROM rule
  LEFT JOIN saleor_customer_groups_priceruleamount AS amount
    ON amount.rule_id = rule.id AND amount.currency = currency_code
 WHERE everything OR rule.id IN (SELECT rule_id FROM touch WHERE NOT excluded)
UNION ALL
SELECT 'target', NULL, NULL, NULL, NULL, excluded, touch.kind, NULL, NULL,
       array_agg(rule_id), array_agg(thing::bigint)
  FROM touch GROUP BY excluded, touch.kind
UNION ALL
SELECT 'list', id, name::text, NULL, NULL, NULL, NULL, priority, stand_alone, NULL, NULL
  FROM saleor_customer_groups_pricelist
 WHERE active AND (starts_at IS NULL OR starts_at <= moment)
       AND (ends_at IS NULL OR ends_at > moment)
   AND id IN (SELECT pricelist_id FROM saleor_customer_groups_pricelist_groups
               WHERE customergroup_id = ANY(ARRAY(SELECT group_id FROM mine WHERE holds)))
UNION ALL
SELECT 'basket', NULL, NULL, NULL, NULL, NOT EXISTS (SELECT FROM mine), NULL, NULL,
       CASE WHEN ask_for_prices
            THEN NOT EXISTS (SELECT FROM saleor_customer_groups_pricerule)
                 AND NOT EXISTS (SELECT FROM saleor_customer_groups_pricelist)
       END,
       array_agg(upper::bigint), array_agg(own::bigint)
  FROM lineage;
END
$$;
"""

BACKWARDS = """
DROP FUNCTION saleor_customer_groups_book_1(
    bigint, bigint, bigint, text, timestamptz, bigint[], bigint[], bigint[], bigint[], boolean
);
"""


class Migration(migrations.Migration):
    dependencies = [("saleor_customer_groups", "0003_price_rule_amounts")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
