"""The ledger under loyalty, which the database itself keeps from being changed.

Entries and draws are only ever added: a trigger refuses to change or remove them, also by an
upsert or a TRUNCATE (SQLSTATE 23001). It is asked once a statement, so it costs nothing a row.
A deleted customer leaves the account behind: `ON DELETE SET NULL` in the database, which Django 5.2
cannot say in a model.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


APPEND_ONLY = """
CREATE FUNCTION saleor_customer_groups_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What % holds is never changed or removed; correct it by another entry.',
        TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON saleor_customer_groups_loyaltyentry
    EXECUTE FUNCTION saleor_customer_groups_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON saleor_customer_groups_loyaltydraw
    EXECUTE FUNCTION saleor_customer_groups_append_only();
"""

NOT_APPEND_ONLY = """
DROP TRIGGER append_only ON saleor_customer_groups_loyaltyentry;
DROP TRIGGER append_only ON saleor_customer_groups_loyaltydraw;
DROP FUNCTION saleor_customer_groups_append_only();
"""

CONSTRAINT = "loyaltyaccount_customer"


def leave_the_account(apps, schema_editor):
    """Without the customer, when they are deleted."""
    quote = schema_editor.quote_name
    account = quote(apps.get_model("saleor_customer_groups", "LoyaltyAccount")._meta.db_table)
    user = quote(apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table)
    schema_editor.execute(
        f"ALTER TABLE {account} ADD CONSTRAINT {CONSTRAINT} FOREIGN KEY (customer_id) "
        f"REFERENCES {user} (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"
    )


def drop(apps, schema_editor):
    """The constraint goes before its table, as Django expects."""
    account = apps.get_model("saleor_customer_groups", "LoyaltyAccount")._meta.db_table
    schema_editor.execute(
        f"ALTER TABLE {schema_editor.quote_name(account)} DROP CONSTRAINT {CONSTRAINT}"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0011_outbox'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LoyaltyEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('amount', models.BigIntegerField()),
                ('balance_after', models.BigIntegerField()),
                ('shortfall', models.BigIntegerField(default=0)),
                ('kind', models.CharField(choices=[('award', 'Awarded'), ('earn', 'Earned'), ('spend', 'Spent'), ('hold', 'Held for a checkout'), ('release', 'Released'), ('expire', 'Expired'), ('reverse', 'Reversed'), ('adjust', 'Adjusted'), ('claw_back', 'Clawed back'), ('convert', 'Converted'), ('merge', 'Moved to another customer')], max_length=16)),
                ('source', models.CharField(choices=[('manual', 'Manual'), ('order', 'Order'), ('checkout', 'Checkout'), ('import', 'Import'), ('rule', 'Rule'), ('api', 'API'), ('system', 'System')], max_length=16)),
                ('key', models.CharField(blank=True, max_length=100, null=True)),
                ('fingerprint', models.BinaryField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('adjustment_id', models.BigIntegerField(blank=True, null=True)),
                ('digest', models.BinaryField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='LoyaltyAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.CharField(choices=[('points', 'Points'), ('credit', 'Credit'), ('cashback', 'Cashback')], max_length=16)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('balance', models.BigIntegerField(default=0)),
                ('entries', models.PositiveIntegerField(default=0)),
                ('digest', models.BinaryField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('forgotten_at', models.DateTimeField(blank=True, null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='LoyaltyHold',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='hold', serialize=False, to='saleor_customer_groups.loyaltyentry')),
                ('state', models.CharField(choices=[('open', 'Open'), ('captured', 'Captured'), ('released', 'Released')], default='open', max_length=16)),
                ('amount', models.BigIntegerField()),
                ('captured', models.BigIntegerField(default=0)),
                ('reference', models.CharField(blank=True, default='', max_length=200)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['entry'],
            },
        ),
        migrations.CreateModel(
            name='LoyaltyLot',
            fields=[
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='lot', serialize=False, to='saleor_customer_groups.loyaltyentry')),
                ('amount', models.BigIntegerField()),
                ('remaining', models.BigIntegerField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['entry'],
            },
        ),
        migrations.CreateModel(
            name='LoyaltyNote',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='note', serialize=False, to='saleor_customer_groups.loyaltyentry')),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('actor', models.CharField(blank=True, default='', max_length=100)),
                ('reference', models.CharField(blank=True, default='', max_length=200)),
            ],
            options={
                'ordering': ['entry'],
            },
        ),
        migrations.AddField(
            model_name='loyaltyentry',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='saleor_customer_groups.loyaltyaccount'),
        ),
        migrations.AddField(
            model_name='loyaltyentry',
            name='reverses',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='saleor_customer_groups.loyaltyentry'),
        ),
        migrations.CreateModel(
            name='LoyaltyDraw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.BigIntegerField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='saleor_customer_groups.loyaltyentry')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='loyaltyaccount',
            index=models.Index(condition=models.Q(('customer__isnull', True), ('forgotten_at__isnull', True)), fields=['id'], name='loyaltyaccount_to_forget'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyaccount',
            constraint=models.UniqueConstraint(fields=('customer', 'unit', 'currency'), name='loyaltyaccount_one_of_a_unit'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyaccount',
            constraint=models.CheckConstraint(condition=models.Q(('balance__gte', 0), ('balance__lte', 1000000000000000000)), name='loyaltyaccount_balance'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('currency', ''), ('unit', 'points')), models.Q(('unit__in', ['credit', 'cashback']), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='loyaltyaccount_money_has_a_currency'),
        ),
        migrations.AddField(
            model_name='loyaltyhold',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='saleor_customer_groups.loyaltyaccount'),
        ),
        migrations.AddField(
            model_name='loyaltylot',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='saleor_customer_groups.loyaltyaccount'),
        ),
        migrations.AddField(
            model_name='loyaltydraw',
            name='lot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='saleor_customer_groups.loyaltylot'),
        ),
        migrations.AddField(
            model_name='loyaltynote',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='saleor_customer_groups.loyaltyaccount'),
        ),
        migrations.AddIndex(
            model_name='loyaltyentry',
            index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['reverses'], name='loyaltyentry_reverses'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyentry',
            constraint=models.UniqueConstraint(fields=('account', 'number'), name='loyaltyentry_numbered'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyentry',
            constraint=models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('key',), name='loyaltyentry_one_of_a_key'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyentry',
            constraint=models.UniqueConstraint(condition=models.Q(('adjustment_id__isnull', False)), fields=('adjustment_id', 'account', 'kind'), name='loyaltyentry_one_of_an_adjustment'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['award', 'earn', 'spend', 'hold', 'release', 'expire', 'reverse', 'adjust', 'claw_back', 'convert', 'merge'])), name='loyaltyentry_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), models.Q(('kind__in', ('spend', 'hold', 'expire', 'claw_back')), _negated=True)), models.Q(('amount__lt', 0), models.Q(('kind__in', ('award', 'earn', 'release')), _negated=True)), models.Q(('amount', 0), ('kind__in', ('reverse', 'claw_back', 'adjust'))), _connector='OR'), name='loyaltyentry_sign_fits_kind'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyentry',
            constraint=models.CheckConstraint(condition=models.Q(('balance_after__gte', 0)), name='loyaltyentry_balance_not_negative'),
        ),
        migrations.AddIndex(
            model_name='loyaltyhold',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['expires_at'], name='loyaltyhold_open'),
        ),
        migrations.AddIndex(
            model_name='loyaltyhold',
            index=models.Index(condition=models.Q(('state', 'open'), models.Q(('reference', ''), _negated=True)), fields=['reference'], name='loyaltyhold_reference'),
        ),
        migrations.AddConstraint(
            model_name='loyaltyhold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('captured', 0), ('state__in', ['open', 'released'])), models.Q(('captured__gt', 0), ('captured__lte', models.F('amount')), ('state', 'captured')), _connector='OR'), name='loyaltyhold_captured_within_amount'),
        ),
        migrations.AddIndex(
            model_name='loyaltylot',
            index=models.Index(condition=models.Q(('remaining__gt', 0)), fields=['account', 'expires_at', 'entry'], name='loyaltylot_to_spend'),
        ),
        migrations.AddIndex(
            model_name='loyaltylot',
            index=models.Index(condition=models.Q(('expires_at__isnull', False), ('remaining__gt', 0)), fields=['expires_at'], name='loyaltylot_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='loyaltylot',
            constraint=models.CheckConstraint(condition=models.Q(('remaining__gte', 0), ('remaining__lte', models.F('amount'))), name='loyaltylot_remaining_within_amount'),
        ),
        migrations.AddConstraint(
            model_name='loyaltydraw',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='loyaltydraw_not_zero'),
        ),
        # Room for the next version of each row beside it: every entry writes its account's anew.
        migrations.RunSQL(
            "ALTER TABLE saleor_customer_groups_loyaltyaccount SET (fillfactor = 50)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
        migrations.RunPython(leave_the_account, drop),
    ]
