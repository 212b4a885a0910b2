"""Addresses and users."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string

from ..core.models import ModelWithMetadata
from ..permission.enums import get_permissions
from ..permission.models import Permission


class Address(ModelWithMetadata):
    first_name = models.CharField(max_length=256, blank=True)
    last_name = models.CharField(max_length=256, blank=True)
    street_address_1 = models.CharField(max_length=256, blank=True)
    company_name = models.CharField(max_length=256, blank=True)
    street_address_2 = models.CharField(max_length=256, blank=True)
    city = models.CharField(max_length=256, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    country_area = models.CharField(max_length=128, blank=True)
    phone = models.CharField(max_length=128, blank=True, default="", db_index=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.street_address_1}, {self.city}"


class UserManager(BaseUserManager["User"]):
    def customers(self) -> models.QuerySet[User]:
        return self.get_queryset().filter(models.Q(is_staff=False) | models.Q(orders__isnull=False))

    def staff(self) -> models.QuerySet[User]:
        return self.get_queryset().filter(is_staff=True)


class User(ModelWithMetadata, AbstractBaseUser):
    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=256, blank=True)
    last_name = models.CharField(max_length=256, blank=True)
    addresses = models.ManyToManyField(Address, blank=True, related_name="user_addresses")
    is_superuser = models.BooleanField(default=False)
    user_permissions = models.ManyToManyField(
        Permission, blank=True, related_name="user_set", related_query_name="user"
    )
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_confirmed = models.BooleanField(default=True)
    note = models.TextField(null=True, blank=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    default_shipping_address = models.ForeignKey(
        Address, related_name="+", null=True, blank=True, on_delete=models.SET_NULL
    )
    default_billing_address = models.ForeignKey(
        Address, related_name="+", null=True, blank=True, on_delete=models.SET_NULL
    )
    jwt_token_key = models.CharField(max_length=12, default=partial(get_random_string, length=12))
    language_code = models.CharField(
        max_length=35, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    uuid = models.UUIDField(default=uuid4, unique=True)
    external_reference = models.CharField(
        max_length=250, unique=True, blank=True, null=True, db_index=True
    )
    number_of_orders = models.PositiveIntegerField(default=0, db_default=0)

    USERNAME_FIELD = "email"

    objects = UserManager()

    class Meta:
        ordering = ("email",)
        indexes = [
            GinIndex(
                name="order_user_search_gin",
                fields=["email", "first_name", "last_name"],
                opclasses=["gin_trgm_ops"] * 3,
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    _effective_permissions: models.QuerySet[Permission] | None = None

    @property
    def effective_permissions(self) -> models.QuerySet[Permission]:
        """What the user may do; a token may allow less."""
        if self._effective_permissions is None:
            everything = get_permissions()
            own = everything.filter(user=self)
            self._effective_permissions = everything if self.is_superuser else own
        return self._effective_permissions

    @effective_permissions.setter
    def effective_permissions(self, value: models.QuerySet[Permission]) -> None:
        self._effective_permissions = value

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def can_login(self, site_settings: Any) -> bool:
        return self.is_active and (
            self.is_confirmed
            or site_settings.allow_login_without_confirmation
            or not site_settings.enable_account_confirmation_by_email
        )
