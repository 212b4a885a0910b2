"""Triggers that other systems call, and the log of the calls."""

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('saleor_customer_groups', '0012_endpoints'),
    ]

    operations = [
        migrations.CreateModel(
            name='Trigger',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=250)),
                ('purpose', models.CharField(max_length=64)),
                ('config', models.JSONField(blank=True, default=dict)),
                ('secret', models.TextField()),
                ('old_secret', models.TextField(blank=True, default='')),
                ('old_secret_until', models.DateTimeField(blank=True, null=True)),
                ('enabled', models.BooleanField(default=True)),
                ('calls_a_minute', models.PositiveIntegerField(default=60)),
                ('full_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('calls_a_minute__gte', 1), ('calls_a_minute__lte', 6000)), name='trigger_sensible_rate'), models.CheckConstraint(condition=models.Q(models.Q(('old_secret', ''), ('old_secret_until__isnull', True)), models.Q(models.Q(('old_secret', ''), _negated=True), ('old_secret_until__isnull', False)), _connector='OR'), name='trigger_old_secret_ends')],
            },
        ),
        migrations.CreateModel(
            name='TriggerCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('message_id', models.CharField(blank=True, default='', max_length=255)),
                ('digest', models.CharField(blank=True, default='', max_length=64)),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('repeated', 'Answered as the first time'), ('refused', 'Refused'), ('failed', 'Failed for now')], max_length=16)),
                ('status', models.PositiveSmallIntegerField()),
                ('code', models.CharField(blank=True, default='', max_length=64)),
                ('answer', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('count', models.PositiveIntegerField(default=1)),
                ('trigger', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='saleor_customer_groups.trigger')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['trigger', '-at'], name='triggercall_log'), models.Index(fields=['at'], name='triggercall_at')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', 'done')), fields=('trigger', 'message_id'), name='triggercall_done_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['done', 'repeated', 'refused', 'failed'])), name='triggercall_known_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'done'), _negated=True), ('answer__isnull', False), _connector='OR'), name='triggercall_done_has_an_answer')],
            },
        ),
    ]
