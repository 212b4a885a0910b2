import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # "__first__": what these tables are called differs between Saleor's releases and the sandbox;
    # all we need of them is that they exist, and their keys have been integers since the beginning.
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("channel", "__first__"),
        ("product", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=250)),
                ('slug', models.SlugField(max_length=255, unique=True)),
                ('description', models.TextField(blank=True, default='')),
                ('colour', models.CharField(blank=True, default='', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$', 'The colour must be written as #rrggbb, for example #1f7a4d.')])),
                ('kind', models.CharField(choices=[('manual', 'Manual'), ('dynamic', 'Dynamic'), ('channel', 'Channel'), ('snapshot', 'Snapshot'), ('guest', 'Guest')], default='manual', max_length=16)),
                ('priority', models.IntegerField(default=0)),
                ('metadata', models.JSONField(blank=True, default=dict)),
                ('private_metadata', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['-priority', 'name', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['manual', 'dynamic', 'channel', 'snapshot', 'guest'])), name='customergroup_known_kind'), models.CheckConstraint(condition=models.Q(('colour', ''), ('colour__regex', '^#[0-9a-fA-F]{6}$'), _connector='OR'), name='customergroup_colour_is_hex', violation_error_message='The colour must be written as #rrggbb.'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('slug', ''), _negated=True)), name='customergroup_has_name_and_slug'), models.UniqueConstraint(condition=models.Q(('kind', 'guest')), fields=('kind',), name='customergroup_one_guest_group', violation_error_message='The shop has a guest group already; there can be one.')],
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_id', models.BigIntegerField()),
                ('group_name', models.CharField(max_length=250)),
                ('customer_id', models.IntegerField()),
                ('action', models.CharField(choices=[('joined', 'Joined'), ('left', 'Left'), ('changed', 'Changed')], max_length=16)),
                ('source', models.CharField(choices=[('manual', 'Manual'), ('import', 'Import'), ('rule', 'Rule'), ('channel', 'Channel'), ('default', 'Default'), ('api', 'API')], max_length=16)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('actor', models.CharField(blank=True, default='', max_length=100)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['customer_id', 'id'], name='membershipevent_customer'), models.Index(fields=['group_id', 'id'], name='membershipevent_group')],
                'constraints': [models.CheckConstraint(condition=models.Q(('action__in', ['joined', 'left', 'changed'])), name='membershipevent_known_action')],
            },
        ),
        migrations.CreateModel(
            name='PriceList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('active', models.BooleanField(default=True)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(max_length=250)),
                ('priority', models.IntegerField(default=0)),
                ('stand_alone', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('groups', models.ManyToManyField(related_name='price_lists', to='saleor_customer_groups.customergroup')),
            ],
            options={
                'ordering': ['-priority', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PriceListEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('min_quantity', models.PositiveIntegerField(default=1)),
                ('amount', models.DecimalField(decimal_places=3, max_digits=20)),
                ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channel.channel')),
                ('price_list', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='saleor_customer_groups.pricelist')),
                ('variant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.productvariant')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PriceRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('active', models.BooleanField(default=True)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('name', models.CharField(max_length=250)),
                ('kind', models.CharField(choices=[('percentage_off', 'Percentage off'), ('amount_off', 'Amount off'), ('fixed_price', 'Fixed price'), ('percentage_up', 'Percentage up'), ('amount_up', 'Amount up')], max_length=16)),
                ('percentage', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True)),
                ('every_channel', models.BooleanField(default=True)),
                ('everything', models.BooleanField(default=False)),
                ('min_quantity', models.PositiveIntegerField(default=1)),
                ('priority', models.IntegerField(default=0)),
                ('stand_alone', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('channels', models.ManyToManyField(blank=True, related_name='+', to='channel.channel')),
                ('groups', models.ManyToManyField(related_name='price_rules', to='saleor_customer_groups.customergroup')),
            ],
            options={
                'ordering': ['-priority', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PriceRuleAmount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.DecimalField(decimal_places=3, max_digits=20)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='amounts', to='saleor_customer_groups.pricerule')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PriceRuleTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('excluded', models.BooleanField(default=False)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.category')),
                ('collection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.collection')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.product')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='saleor_customer_groups.pricerule')),
                ('variant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='product.productvariant')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RepricingClock',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('swept_until', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='repricingclock_one_row')],
            },
        ),
        migrations.CreateModel(
            name='RepricingRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_id', models.IntegerField(blank=True, null=True)),
                ('group_id', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('customer_id__isnull', True), ('group_id__isnull', True), _connector='OR'), name='repricingrequest_names_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='DefaultGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='channel.channel')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='default_for', to='saleor_customer_groups.customergroup')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Coalesce(models.F('channel'), 0), condition=models.Q(('channel__isnull', True)), name='defaultgroup_one_for_the_shop', violation_error_message='The shop has a default group already; move it instead.')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('manual', 'Manual'), ('import', 'Import'), ('rule', 'Rule'), ('channel', 'Channel'), ('default', 'Default'), ('api', 'API')], max_length=16)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('actor', models.CharField(blank=True, default='', max_length=100)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='saleor_customer_groups.customergroup')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('until__isnull', False)), fields=['until'], name='membership_until'), models.Index(fields=['started_at'], name='membership_started_at')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'group'), name='membership_once_in_a_group', violation_error_message='The customer is in this group already.'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('started_at')), _connector='OR'), name='membership_ends_after_it_starts', violation_error_message='The membership must end after it starts.'), models.CheckConstraint(condition=models.Q(('source__in', ['manual', 'import', 'rule', 'channel', 'default', 'api'])), name='membership_known_source')],
            },
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__isnull', True), ('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='pricelist_window', violation_error_message='The window must end after it starts.'),
        ),
        migrations.AddIndex(
            model_name='pricelistentry',
            index=models.Index(fields=['price_list'], name='pricelistentry_list'),
        ),
        migrations.AddIndex(
            model_name='pricelistentry',
            index=models.Index(fields=['channel'], name='pricelistentry_channel'),
        ),
        migrations.AddConstraint(
            model_name='pricelistentry',
            constraint=models.UniqueConstraint(fields=('variant', 'channel', 'price_list', 'min_quantity'), include=('amount',), name='pricelistentry_once', violation_error_message='The list has a price for this variant, channel and quantity already.'),
        ),
        migrations.AddConstraint(
            model_name='pricelistentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='pricelistentry_not_negative', violation_error_message='The amount must not be negative.'),
        ),
        migrations.AddConstraint(
            model_name='pricelistentry',
            constraint=models.CheckConstraint(condition=models.Q(('min_quantity__gte', 1)), name='pricelistentry_min_quantity', violation_error_message='The minimum quantity must be at least 1.'),
        ),
        migrations.AddIndex(
            model_name='pricerule',
            index=models.Index(condition=models.Q(('starts_at__isnull', False)), fields=['starts_at'], name='pricerule_starts'),
        ),
        migrations.AddIndex(
            model_name='pricerule',
            index=models.Index(condition=models.Q(('ends_at__isnull', False)), fields=['ends_at'], name='pricerule_ends'),
        ),
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['percentage_off', 'amount_off', 'fixed_price', 'percentage_up', 'amount_up'])), name='pricerule_known_kind'),
        ),
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('percentage_off', 'percentage_up')), ('percentage__isnull', False)), models.Q(models.Q(('kind__in', ('percentage_off', 'percentage_up')), _negated=True), ('percentage__isnull', True)), _connector='OR'), name='pricerule_percentage_by_kind', violation_error_message='A percentage rule needs a percentage, others have none.'),
        ),
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(condition=models.Q(('percentage__isnull', True), ('percentage__gt', 0), _connector='OR'), name='pricerule_percentage_positive', violation_error_message='The percentage must be more than 0.'),
        ),
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'percentage_off'), _negated=True), ('percentage__lte', 100), _connector='OR'), name='pricerule_percentage_off_at_most_100', violation_error_message='The percentage off must be at most 100.'),
        ),
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(condition=models.Q(('min_quantity__gte', 1)), name='pricerule_min_quantity', violation_error_message='The minimum quantity must be at least 1.'),
        ),
        migrations.AddConstraint(
            model_name='pricerule',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__isnull', True), ('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='pricerule_window', violation_error_message='The window must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='priceruleamount',
            constraint=models.UniqueConstraint(fields=('rule', 'currency'), name='priceruleamount_once_a_currency'),
        ),
        migrations.AddConstraint(
            model_name='priceruleamount',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='priceruleamount_currency_code'),
        ),
        migrations.AddConstraint(
            model_name='priceruleamount',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='priceruleamount_not_negative', violation_error_message='The amount must not be negative.'),
        ),
        migrations.AddConstraint(
            model_name='priceruletarget',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category__isnull', False), ('collection', None), ('product', None), ('variant', None)), models.Q(('category', None), ('collection__isnull', False), ('product', None), ('variant', None)), models.Q(('category', None), ('collection', None), ('product__isnull', False), ('variant', None)), models.Q(('category', None), ('collection', None), ('product', None), ('variant__isnull', False)), _connector='OR'), name='priceruletarget_exactly_one_thing', violation_error_message='A target is exactly one category, collection, product or variant.'),
        ),
        migrations.AddConstraint(
            model_name='priceruletarget',
            constraint=models.UniqueConstraint(fields=('rule', 'excluded', 'category', 'collection', 'product', 'variant'), name='priceruletarget_once', nulls_distinct=False),
        ),
    ]
