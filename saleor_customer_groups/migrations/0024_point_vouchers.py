"""Vouchers that were paid for with points.

A deleted customer leaves theirs behind: `ON DELETE SET NULL` in the database, which Django 5.2
cannot say in a model.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def leave_vouchers(apps, schema_editor):
    """Without the customer, when they are deleted."""
    table, user = _tables(apps, schema_editor)
    schema_editor.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT pointvoucher_customer_gone FOREIGN KEY (customer_id) "
        f"REFERENCES {user} (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"
    )


def drop(apps, schema_editor):
    """The constraint goes before its table, as Django expects."""
    table, _ = _tables(apps, schema_editor)
    schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT pointvoucher_customer_gone")


def _tables(apps, schema_editor):
    models = (
        apps.get_model("saleor_customer_groups", "PointVoucher"),
        apps.get_model(settings.AUTH_USER_MODEL),
    )
    return [schema_editor.quote_name(model._meta.db_table) for model in models]


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0020_bodies_in_line'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PointVoucher',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='voucher', serialize=False, to='saleor_customer_groups.loyaltyentry')),
                ('code_id', models.UUIDField(unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.BigIntegerField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_by', models.UUIDField(blank=True, null=True)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('customer', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['entry'],
                'indexes': [models.Index(condition=models.Q(('customer__isnull', True), ('ended_at__isnull', True)), fields=['entry'], name='pointvoucher_to_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='pointvoucher_amount_positive'), models.CheckConstraint(condition=models.Q(models.Q(('claimed_by__isnull', True), ('claimed_until__isnull', True)), models.Q(('claimed_by__isnull', False), ('claimed_until__isnull', False)), _connector='OR'), name='pointvoucher_claim_has_an_end')],
            },
        ),
        migrations.RunPython(leave_vouchers, drop),
    ]
