"""Endpoints of other systems, deliveries to them, and each try."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0011_outbox'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250)),
                ('url', models.CharField(max_length=2000)),
                ('everything', models.BooleanField(default=False)),
                ('names', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), blank=True, default=list, size=None)),
                ('secret', models.TextField()),
                ('old_secret', models.TextField(blank=True, default='')),
                ('old_secret_until', models.DateTimeField(blank=True, null=True)),
                ('off_since', models.DateTimeField(blank=True, null=True)),
                ('off_reason', models.CharField(blank=True, choices=[('by_hand', 'Switched off by hand'), ('gone', 'It answered 410 Gone'), ('failing', 'It failed for days')], default='', max_length=16)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('alerted_at', models.DateTimeField(blank=True, null=True)),
                ('last_delivered_at', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, default='', max_length=500)),
                ('trouble', models.PositiveIntegerField(default=0)),
                ('paused_until', models.DateTimeField(blank=True, null=True)),
                ('lease', models.UUIDField(blank=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('everything', True), ('names', [])), models.Q(('everything', False), models.Q(('names', []), _negated=True)), _connector='OR'), name='webhookendpoint_all_or_some'), models.CheckConstraint(condition=models.Q(models.Q(('off_reason', ''), ('off_since__isnull', True)), models.Q(('off_reason__in', ['by_hand', 'gone', 'failing']), ('off_since__isnull', False)), _connector='OR'), name='webhookendpoint_off_for_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('old_secret', ''), ('old_secret_until__isnull', True)), models.Q(models.Q(('old_secret', ''), _negated=True), ('old_secret_until__isnull', False)), _connector='OR'), name='webhookendpoint_old_secret_ends'), models.CheckConstraint(condition=models.Q(models.Q(('lease__isnull', True), ('leased_until__isnull', True)), models.Q(('lease__isnull', False), ('leased_until__isnull', False)), _connector='OR'), name='webhookendpoint_lease_ends')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('pending', 'On its way'), ('delivered', 'Delivered'), ('failed', 'Given up')], default='pending', max_length=16)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('first_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('replays', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='saleor_customer_groups.outboxevent')),
                ('endpoint', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='saleor_customer_groups.webhookendpoint')),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='DeliveryAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('url', models.CharField(max_length=2000)),
                ('sent_headers', models.JSONField()),
                ('outcome', models.CharField(choices=[('unknown', 'Unknown'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='unknown', max_length=16)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('error', models.CharField(blank=True, default='', max_length=500)),
                ('answer_headers', models.JSONField(default=dict)),
                ('answer', models.TextField(blank=True, default='')),
                ('took_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='saleor_customer_groups.webhookdelivery')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'unknown'), ('took_ms__isnull', True)), models.Q(('outcome__in', ['delivered', 'failed']), ('took_ms__isnull', False)), _connector='OR'), name='deliveryattempt_known_outcome')],
            },
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['endpoint', 'subject', 'event'], name='webhookdelivery_heads'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['endpoint', 'due_at'], name='webhookdelivery_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['endpoint', 'finished_at'], name='webhookdelivery_failed'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'delivered')), fields=['finished_at'], name='webhookdelivery_delivered'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('endpoint', 'event'), name='webhookdelivery_once'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'pending')), models.Q(('finished_at__isnull', False), ('state__in', ['delivered', 'failed'])), _connector='OR'), name='webhookdelivery_finished_once'),
        ),
    ]
