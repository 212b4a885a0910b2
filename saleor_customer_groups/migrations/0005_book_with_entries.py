"""The function of 0004 with the entries of price lists in its answer: one statement a basket.

They were a second statement, with a round trip of its own, planned anew each time. No release had
the former function, so it goes away here.
"""

from importlib import import_module

from django.db import migrations

before = import_module("saleor_customer_groups.migrations.0004_book_function")

# Rows of five sorts, told apart by their first column:
#   rules    those of one kind, everything (flag) and stand_alone that are in force for the shopper
#            in this channel and name something in the basket: ids in `first`, minimum quantities
#            in `second`, priorities in `third`, and in `amounts` their percentages, or their
#            amounts in the currency
#   targets  of one kind (number: 0 variant, 1 product, 2 category, 3 collection): what rules name
#            in the basket, or (flag) exclude: the rules' ids in `first`, the things' in `second`
#   list     a price list that is in force for the shopper; its priority in `number`
#   entries  the prices of the basket's variants (`first`) in the price lists (`second`): the
#            quantities they start at (`third`) and the prices (`amounts`), in this order nearly
#            sorted as the book wants them
#   basket   `first` and `second` are pairs of a category above one of the basket's (or itself) and
#            the basket's own; flag: the customer was never put into any group; stand_alone: the
#            shop has neither rules nor lists (only if that is asked)
# Arrays, because they are read many times faster than rows. The things of the basket are looked up
# in hashed sub-selects, which a kept plan can use whatever the size of the arrays.
# LATERAL and OFFSET 0: one look into the index for each variant, whatever the statistics say; a
# plan that walks through whole price lists would be slow for large ones.
FORWARDS = """
CREATE FUNCTION saleor_customer_groups_book_2(
    customer bigint, guest_group bigint, channel bigint, currency_code text, moment timestamptz,
    variants bigint[], products bigint[], categories bigint[], collections bigint[],
    ask_for_prices boolean
) RETURNS TABLE (
    sort text, id bigint, name text, kind text, flag boolean, stand_alone boolean,
    number integer, first bigint[], second bigint[], third bigint[], amounts numeric[], names text[]
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
),
list AS MATERIALIZED (
    SELECT id, name, priority, stand_alone
      FROM saleor_customer_groups_pricelist
     WHERE active AND (starts_at IS NULL OR starts_at <= moment)
           AND (ends_at IS NULL OR ends_at > moment)
       AND id IN (SELECT pricelist_id FROM saleor_customer_groups_pricelist_groups
                   WHERE customergroup_id = ANY(ARRAY(SELECT group_id FROM mine WHERE holds)))
)
SELECT 'rules', NULL::bigint, NULL, rule.kind::text, everything, rule.stand_alone, NULL::integer,
       array_agg(rule.id), array_agg(min_quantity::bigint), array_agg(rule.priority::bigint),
       array_agg(CASE WHEN rule.kind IN ('percentage_off', 'percentage_up')
                      THEN percentage ELSE amount END),
       array_agg(rule.name::text)
  FROM rule
  LEFT JOIN saleor_customer_groups_priceruleamount AS amount
    ON amount.rule_id = rule.id AND amount.currency = currency_code
 WHERE everything OR rule.id IN (SELECT rule_id FROM touch WHERE NOT excluded)
 GROUP BY rule.kind, everything, rule.stand_alone
UNION ALL
SELECT 'targets', NULL, NULL, NULL, excluded, NULL, touch.kind,
       array_agg(rule_id), array_agg(thing::bigint), NULL, NULL, NULL
  FROM touch GROUP BY excluded, touch.kind
UNION ALL
SELECT 'list', id, name::text, NULL, NULL, stand_alone, priority, NULL, NULL, NULL, NULL, NULL
  FROM list
UNION ALL
SELECT 'entries', NULL, NULL, NULL, NULL, NULL, NULL,
       array_agg(variant_id::bigint), array_agg(price_list_id::bigint),
       array_agg(min_quantity::bigint), array_agg(amount), NULL
  FROM unnest(variants) AS basket (variant)
 CROSS JOIN LATERAL (
    SELECT variant_id, price_list_id, min_quantity, amount
      FROM saleor_customer_groups_pricelistentry
     WHERE variant_id = basket.variant AND channel_id = channel
       AND price_list_id = ANY(ARRAY(SELECT id FROM list))
    OFFSET 0
 ) AS entry
 WHERE EXISTS (SELECT FROM list)
HAVING count(*) > 0
UNION ALL
SELECT 'basket', NULL, NULL, NULL, NOT EXISTS (SELECT FROM mine),
       CASE WHEN ask_for_prices
            THEN NOT EXISTS (SELECT FROM saleor_customer_groups_pricerule)
                 AND NOT EXISTS (SELECT FROM saleor_customer_groups_pricelist)
       END,
       NULL, array_agg(upper::bigint), array_agg(own::bigint), NULL, NULL, NULL
  FROM lineage;
END
$$;
"""

BACKWARDS = before.BACKWARDS.replace("book_1", "book_2")


class Migration(migrations.Migration):
    dependencies = [("saleor_customer_groups", "0004_book_function")]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunSQL(before.BACKWARDS, before.FORWARDS),
    ]
