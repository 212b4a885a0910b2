"""Earning from orders.

A deleted customer leaves what their orders earned behind: `ON DELETE SET NULL` in the database,
which Django 5.2 cannot say in a model.
"""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

MODELS = ["Earning", "CreditRequest"]


def _tables(apps, schema_editor):
    for name in MODELS:
        table = apps.get_model("saleor_customer_groups", name)._meta.db_table
        yield schema_editor.quote_name(table), f"{name.lower()}_customer_gone"


def leave_what_was_earned(apps, schema_editor):
    """Without the customer, when they are deleted."""
    user = schema_editor.quote_name(apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table)
    for table, constraint in _tables(apps, schema_editor):
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {constraint} FOREIGN KEY (customer_id) "
            f"REFERENCES {user} (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"
        )


def drop(apps, schema_editor):
    """The constraints go before their tables, as Django expects."""
    for table, constraint in _tables(apps, schema_editor):
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0015_adjustments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EarningRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('active', models.BooleanField(default=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(max_length=250)),
                ('unit', models.CharField(choices=[('points', 'Points'), ('credit', 'Credit'), ('cashback', 'Cashback')], max_length=16)),
                ('rate', models.DecimalField(decimal_places=6, max_digits=14)),
                ('validity_days', models.PositiveIntegerField(blank=True, null=True)),
                ('pending_days', models.PositiveIntegerField(default=0)),
                ('starts_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('channel', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channel.channel')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earning_rules', to='saleor_customer_groups.customergroup')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='EarningMultiplier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('factor', models.DecimalField(decimal_places=4, max_digits=8)),
                ('everything', models.BooleanField(default=False)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='multipliers', to='saleor_customer_groups.earningrule')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Earning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_id', models.UUIDField()),
                ('unit', models.CharField(choices=[('points', 'Points'), ('credit', 'Credit'), ('cashback', 'Cashback')], max_length=16)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('rule_name', models.CharField(max_length=250)),
                ('money', models.DecimalField(decimal_places=3, max_digits=20)),
                ('earned', models.BigIntegerField()),
                ('validity_days', models.PositiveIntegerField(blank=True, null=True)),
                ('available_at', models.DateTimeField()),
                ('kept', models.BigIntegerField()),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('posted', models.BigIntegerField(default=0)),
                ('clawed_back', models.BigIntegerField(default=0)),
                ('lapsed', models.BigIntegerField(default=0)),
                ('shortfall', models.BigIntegerField(default=0)),
                ('bookings', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='earnings', to='saleor_customer_groups.earningrule')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='EarningTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.category')),
                ('collection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.collection')),
                ('multiplier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='saleor_customer_groups.earningmultiplier')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.product')),
                ('variant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.productvariant')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ExpiryWarning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='saleor_customer_groups.loyaltyaccount')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='LoyaltyRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_id', models.UUIDField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['order_id'], name='loyaltyrequest_order')],
            },
        ),
        migrations.CreateModel(
            name='CreditRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=100, unique=True)),
                ('unit', models.CharField(choices=[('points', 'Points'), ('credit', 'Credit'), ('cashback', 'Cashback')], max_length=16)),
                ('currency', models.CharField(blank=True, default='', max_length=3)),
                ('amount', models.BigIntegerField()),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('order_id', models.UUIDField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('accepted', 'Accepted'), ('rejected', 'Rejected')], default='requested', max_length=16)),
                ('reference', models.CharField(blank=True, default='', max_length=200)),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['customer', 'id'], name='creditrequest_customer'), models.Index(condition=models.Q(('state', 'requested')), fields=['requested_at'], name='creditrequest_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='creditrequest_not_zero'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'accepted', 'rejected'])), name='creditrequest_known_state'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='creditrequest_answered_when')],
            },
        ),
        migrations.AddConstraint(
            model_name='earningrule',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['points', 'credit', 'cashback'])), name='earningrule_known_unit'),
        ),
        migrations.AddConstraint(
            model_name='earningrule',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='earningrule_rate_positive', violation_error_message='The rate must be more than 0.'),
        ),
        migrations.AddConstraint(
            model_name='earningrule',
            constraint=models.CheckConstraint(condition=models.Q(('validity_days__isnull', True), ('validity_days__gte', 1), _connector='OR'), name='earningrule_validity', violation_error_message='What is earned must be valid for a day at least.'),
        ),
        migrations.AddConstraint(
            model_name='earningrule',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__isnull', True), ('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='earningrule_window', violation_error_message='The window must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='earningmultiplier',
            constraint=models.CheckConstraint(condition=models.Q(('factor__gte', 0)), name='earningmultiplier_not_negative', violation_error_message='The factor must not be negative.'),
        ),
        migrations.AddConstraint(
            model_name='earningmultiplier',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__isnull', True), ('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='earningmultiplier_window', violation_error_message='The window must end after it starts.'),
        ),
        migrations.AddIndex(
            model_name='earning',
            index=models.Index(fields=['customer', 'unit', 'currency'], name='earning_customer'),
        ),
        migrations.AddIndex(
            model_name='earning',
            index=models.Index(condition=models.Q(('kept__gt', 0), ('posted_at__isnull', True)), fields=['available_at'], name='earning_due'),
        ),
        migrations.AddConstraint(
            model_name='earning',
            constraint=models.UniqueConstraint(fields=('order_id', 'customer', 'unit', 'currency'), name='earning_once'),
        ),
        migrations.AddConstraint(
            model_name='earning',
            constraint=models.CheckConstraint(condition=models.Q(('earned__gt', 0), ('kept__gte', 0), ('kept__lte', models.F('earned'))), name='earning_kept_within_earned'),
        ),
        migrations.AddConstraint(
            model_name='earning',
            constraint=models.CheckConstraint(condition=models.Q(('clawed_back__gte', 0), ('lapsed__gte', 0), ('shortfall__gte', 0)), name='earning_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='earning',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('clawed_back', 0), ('lapsed', 0), ('posted', 0), ('posted_at__isnull', True), ('shortfall', 0)), models.Q(('posted', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('kept'), '+', models.F('clawed_back')), '+', models.F('lapsed')), '+', models.F('shortfall'))), ('posted_at__isnull', False)), _connector='OR'), name='earning_adds_up'),
        ),
        migrations.AddConstraint(
            model_name='earningtarget',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category__isnull', False), ('collection', None), ('product', None), ('variant', None)), models.Q(('category', None), ('collection__isnull', False), ('product', None), ('variant', None)), models.Q(('category', None), ('collection', None), ('product__isnull', False), ('variant', None)), models.Q(('category', None), ('collection', None), ('product', None), ('variant__isnull', False)), _connector='OR'), name='earningtarget_exactly_one_thing', violation_error_message='A target is exactly one category, collection, product or variant.'),
        ),
        migrations.AddConstraint(
            model_name='earningtarget',
            constraint=models.UniqueConstraint(fields=('multiplier', 'category', 'collection', 'product', 'variant'), name='earningtarget_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='expirywarning',
            index=models.Index(fields=['day'], name='expirywarning_day'),
        ),
        migrations.AddConstraint(
            model_name='expirywarning',
            constraint=models.UniqueConstraint(fields=('account', 'day'), name='expirywarning_once'),
        ),
        migrations.RunPython(leave_what_was_earned, drop),
    ]
