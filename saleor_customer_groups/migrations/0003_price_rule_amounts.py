"""The database's own word that a price rule by amount has the amounts it needs.

The rule and its amounts stand in two tables, so no CHECK can see both: a deferred constraint
trigger looks when the transaction commits.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION saleor_customer_groups_require_amounts(checked_rule bigint) RETURNS void AS $$
DECLARE
    missing text;
BEGIN
    PERFORM 1 FROM saleor_customer_groups_pricerule
     WHERE id = checked_rule AND kind IN ('amount_off', 'fixed_price', 'amount_up');
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM 1 FROM saleor_customer_groups_priceruleamount WHERE rule_id = checked_rule;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'price rule % has no amount', checked_rule
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pricerule_has_amounts';
    END IF;
    SELECT string_agg(channel.currency_code, ', ') INTO missing
      FROM saleor_customer_groups_pricerule_channels AS link
      JOIN channel_channel AS channel ON channel.id = link.channel_id
     WHERE link.pricerule_id = checked_rule
       AND NOT EXISTS (SELECT 1 FROM saleor_customer_groups_priceruleamount AS amount
                        WHERE amount.rule_id = checked_rule
                          AND amount.currency = channel.currency_code);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'price rule % has no amount in %', checked_rule, missing
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pricerule_amount_in_currency';
    END IF;
END
$$ LANGUAGE plpgsql;

CREATE FUNCTION saleor_customer_groups_rule_changed() RETURNS trigger AS $$
BEGIN
    PERFORM saleor_customer_groups_require_amounts(NEW.id);
    RETURN NULL;
END
$$ LANGUAGE plpgsql;

CREATE FUNCTION saleor_customer_groups_amount_changed() RETURNS trigger AS $$
BEGIN
    PERFORM saleor_customer_groups_require_amounts(OLD.rule_id);
    RETURN NULL;
END
$$ LANGUAGE plpgsql;

CREATE FUNCTION saleor_customer_groups_rule_channel_changed() RETURNS trigger AS $$
BEGIN
    PERFORM saleor_customer_groups_require_amounts(NEW.pricerule_id);
    RETURN NULL;
END
$$ LANGUAGE plpgsql;

CREATE CONSTRAINT TRIGGER pricerule_has_amounts
    AFTER INSERT OR UPDATE ON saleor_customer_groups_pricerule
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION saleor_customer_groups_rule_changed();
CREATE CONSTRAINT TRIGGER priceruleamount_still_there
    AFTER UPDATE OR DELETE ON saleor_customer_groups_priceruleamount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION saleor_customer_groups_amount_changed();
CREATE CONSTRAINT TRIGGER pricerule_channel_has_amount
    AFTER INSERT OR UPDATE ON saleor_customer_groups_pricerule_channels
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION saleor_customer_groups_rule_channel_changed();
"""

BACKWARDS = """
DROP TRIGGER pricerule_channel_has_amount ON saleor_customer_groups_pricerule_channels;
DROP TRIGGER priceruleamount_still_there ON saleor_customer_groups_priceruleamount;
DROP TRIGGER pricerule_has_amounts ON saleor_customer_groups_pricerule;
DROP FUNCTION saleor_customer_groups_rule_channel_changed();
DROP FUNCTION saleor_customer_groups_amount_changed();
DROP FUNCTION saleor_customer_groups_rule_changed();
DROP FUNCTION saleor_customer_groups_require_amounts(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("saleor_customer_groups", "0002_standard_group")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
