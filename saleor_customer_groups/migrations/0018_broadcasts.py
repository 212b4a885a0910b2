"""Broadcasts: messages, their frozen audiences and the batches that were requested."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0017_purse'),
    ]

    operations = [
        migrations.CreateModel(
            name='Broadcast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=250)),
                ('text', models.TextField()),
                ('format', models.CharField(choices=[('plain', 'Plain text'), ('html', 'HTML')], default='plain', max_length=8)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('sms', 'SMS'), ('messenger', 'Messenger'), ('line', 'LINE'), ('push', 'Push')], max_length=16)),
                ('via', models.CharField(choices=[('webhook', 'Webhook')], default='webhook', max_length=16)),
                ('marketing_only', models.BooleanField(default=True)),
                ('audience', models.CharField(choices=[('group', 'Group'), ('rule', 'Rule'), ('picked', 'Picked customers')], max_length=8)),
                ('group_name', models.CharField(blank=True, default='', max_length=250)),
                ('rule', models.JSONField(blank=True, null=True)),
                ('customer_ids', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, size=None)),
                ('group_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('held', 'Held'), ('sending', 'Sending'), ('paused', 'Paused'), ('finished', 'Finished'), ('cancelled', 'Cancelled')], default='draft', max_length=16)),
                ('held_because', models.CharField(blank=True, default='', max_length=500)),
                ('scheduled_for', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('frozen_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('last_customer_id', models.IntegerField(default=0)),
                ('last_recipient_id', models.BigIntegerField(default=0)),
                ('batches', models.PositiveIntegerField(default=0)),
                ('leased_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('actor', models.CharField(blank=True, default='', max_length=100)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='broadcasts', to='saleor_customer_groups.customergroup')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='BroadcastBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.PositiveIntegerField()),
                ('size', models.PositiveSmallIntegerField()),
                ('requested_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('broadcast', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='saleor_customer_groups.broadcast')),
            ],
            options={
                'ordering': ['broadcast', 'number'],
            },
        ),
        migrations.CreateModel(
            name='BroadcastRecipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.IntegerField(null=True)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('requested', 'Requested'), ('sent', 'Sent'), ('failed', 'Failed'), ('unknown', 'Unknown'), ('skipped', 'Skipped')], max_length=16)),
                ('reason', models.CharField(blank=True, default='', max_length=200)),
                ('address_key', models.UUIDField(null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='saleor_customer_groups.broadcastbatch')),
                ('broadcast', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='saleor_customer_groups.broadcast')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='broadcast',
            index=models.Index(condition=models.Q(('status', 'scheduled')), fields=['scheduled_for'], name='broadcast_scheduled'),
        ),
        migrations.AddIndex(
            model_name='broadcast',
            index=models.Index(condition=models.Q(('status', 'sending')), fields=['leased_until'], name='broadcast_sending'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'messenger', 'line', 'push'])), name='broadcast_known_channel'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('via__in', ['webhook'])), name='broadcast_known_via'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(('format', 'plain'), models.Q(('channel', 'email'), ('format', 'html')), _connector='OR'), name='broadcast_only_email_is_html'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', 'group'), ('customer_ids', []), ('rule__isnull', True)), models.Q(('audience', 'rule'), ('group', None), ('rule__isnull', False)), models.Q(('audience', 'picked'), ('group', None), ('rule__isnull', True)), _connector='OR'), name='broadcast_one_audience'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scheduled_for', None), ('started_at', None), ('status', 'draft')), models.Q(('scheduled_for__isnull', False), ('started_at', None), ('status', 'scheduled')), ('status', 'held'), models.Q(('started_at__isnull', False), ('status__in', ['sending', 'paused', 'finished'])), ('status', 'cancelled'), _connector='OR'), name='broadcast_status_fits_times'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('finished', 'cancelled')), ('finished_at__isnull', False)), models.Q(models.Q(('status__in', ('finished', 'cancelled')), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='broadcast_ends_once'),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'finished'), _negated=True), ('frozen_at__isnull', False), _connector='OR'), name='broadcast_finished_is_frozen'),
        ),
        migrations.AddConstraint(
            model_name='broadcastbatch',
            constraint=models.UniqueConstraint(fields=('broadcast', 'number'), name='broadcastbatch_once'),
        ),
        migrations.AddConstraint(
            model_name='broadcastbatch',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='broadcastbatch_not_empty'),
        ),
        migrations.AddIndex(
            model_name='broadcastrecipient',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['broadcast', 'id'], name='broadcastrecipient_pending'),
        ),
        migrations.AddConstraint(
            model_name='broadcastrecipient',
            constraint=models.UniqueConstraint(fields=('customer_id', 'broadcast'), name='broadcastrecipient_once'),
        ),
        migrations.AddConstraint(
            model_name='broadcastrecipient',
            constraint=models.UniqueConstraint(fields=('broadcast', 'address_key'), name='broadcastrecipient_address_once'),
        ),
        migrations.AddConstraint(
            model_name='broadcastrecipient',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch', None), ('reason', ''), ('status', 'pending')), models.Q(('batch__isnull', False), ('status__in', ['requested', 'sent', 'failed', 'unknown'])), models.Q(('batch', None), ('status', 'skipped'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='broadcastrecipient_status_fits_batch'),
        ),
    ]
