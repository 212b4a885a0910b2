"""Kinds of groups, segments, channels of customers, applications."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channel', '__first__'),
        ('saleor_customer_groups', '0005_book_with_entries'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='pending', max_length=16)),
                ('message', models.CharField(blank=True, default='', max_length=1000)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.CharField(blank=True, default='', max_length=100)),
                ('answer', models.CharField(blank=True, default='', max_length=500)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='CustomerChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.IntegerField()),
                ('fact', models.CharField(max_length=32)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='CustomerChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.JSONField()),
                ('facts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), default=list, size=None)),
                ('every_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('right_at', models.DateTimeField(blank=True, null=True)),
                ('took_ms', models.PositiveIntegerField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, default='', max_length=500)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SegmentPin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('included', models.BooleanField()),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SegmentRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repair', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('took_ms', models.PositiveIntegerField()),
                ('joined', models.PositiveIntegerField()),
                ('left', models.PositiveIntegerField()),
                ('members', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='customergroup',
            name='applications_open',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='customergroup',
            name='approved_domains',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='customergroup',
            name='channel',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='channel.channel'),
        ),
        migrations.AddField(
            model_name='customergroup',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='customergroup',
            name='member_limit',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='customergroup',
            constraint=models.CheckConstraint(condition=models.Q(('channel__isnull', True), ('kind', 'channel'), _connector='OR'), name='customergroup_only_channel_groups_have_one'),
        ),
        migrations.AddConstraint(
            model_name='customergroup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('kind', 'snapshot')), models.Q(models.Q(('kind', 'snapshot'), _negated=True), ('expires_at__isnull', True)), _connector='OR'), name='customergroup_snapshots_expire'),
        ),
        migrations.AddField(
            model_name='application',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='application',
            name='group',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='applications', to='saleor_customer_groups.customergroup'),
        ),
        migrations.AddField(
            model_name='customerchannel',
            name='channel',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channel.channel'),
        ),
        migrations.AddField(
            model_name='customerchannel',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='segment',
            name='group',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='segment', to='saleor_customer_groups.customergroup'),
        ),
        migrations.AddField(
            model_name='segment',
            name='refers_to',
            field=models.ManyToManyField(blank=True, related_name='named_by_segments', to='saleor_customer_groups.customergroup'),
        ),
        migrations.AddField(
            model_name='segmentpin',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='segmentpin',
            name='segment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pins', to='saleor_customer_groups.segment'),
        ),
        migrations.AddField(
            model_name='segmentrun',
            name='segment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='saleor_customer_groups.segment'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['group', 'status', 'id'], name='application_by_status'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'declined', 'withdrawn'])), name='application_known_status'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(models.Q(('status', 'pending'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='application_decided_once'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('group', 'customer'), name='application_one_pending', violation_error_message='The customer has applied for this group already.'),
        ),
        migrations.AddConstraint(
            model_name='customerchannel',
            constraint=models.UniqueConstraint(fields=('channel', 'customer'), name='customerchannel_once'),
        ),
        migrations.AddIndex(
            model_name='segment',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='segment_due'),
        ),
        migrations.AddConstraint(
            model_name='segmentpin',
            constraint=models.UniqueConstraint(fields=('segment', 'customer'), name='segmentpin_once'),
        ),
        migrations.AddIndex(
            model_name='segmentrun',
            index=models.Index(fields=['segment', '-id'], name='segmentrun_latest'),
        ),
    ]
