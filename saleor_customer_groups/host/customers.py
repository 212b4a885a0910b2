"""Customers who come and go: registrations, customers made on the spot, deletions."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

import phonenumbers
from celery import current_task
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from saleor.account.models import Address, User
from saleor.channel.models import Channel
from saleor.core.utils.events import call_event
from saleor.plugins.manager import get_plugins_manager

from .. import changes
from ..broadcasts import erasure as broadcasts
from ..errors import InvalidInput
from ..exporting import exports
from ..groups import defaults, erasure, registrations
from ..groups.cleaning import clean
from ..importing import jobs as imports
from ..loyalty import erasure as loyalty
from ..loyalty.adjustments import forgetting as adjustments
from ..sentences import Sentence
from . import point_vouchers, spending

logger = logging.getLogger(__name__)

REGISTRATION_TASK: Final = "saleor.account.tasks.finish_creating_user"


def welcome(customer: Any, *, channel_slug: str | None = None) -> None:
    """Put a new customer into the default group of the channel, else of the shop.

    The channel is remembered, and the segments are told of the newcomer. Harmless when it comes
    twice. An error is logged and never reaches the registration: the customer is assigned at the
    first basket, or by `assign_default_group`.
    """
    if customer.is_staff:
        return
    try:
        channel_id = _channel_id(channel_slug or registration_channel())
        if channel_id is not None:
            registrations.remember(customer.pk, channel_id=channel_id)
        changes.record_committed([customer.pk], *changes.Fact)
        defaults.ensure_default(customer.pk, channel_id=channel_id)
    except Exception:
        logger.exception("Customer %s was not welcomed completely.", customer.pk)


def forget(customer: Any) -> None:
    """Erase a deleted customer from groups, history (groups/erasure.py), ledger, files, broadcasts.

    An error is logged and never reaches the deletion, which is done: the nightly task repeats it.
    """
    try:
        erase([customer.pk])
    except Exception:
        logger.exception("Customer %s was not erased from the history.", customer.pk)


def erase(customer_ids: Sequence[int]) -> None:
    """The same for customers who were deleted, or made anonymous. May be repeated."""
    _forget_files(customer_ids)
    loyalty.forget(customer_ids)
    point_vouchers.forget(customer_ids)
    adjustments.forget(customer_ids)
    erasure.forget(customer_ids)


def forget_the_gone() -> int:
    """The same for everybody who is gone and not forgotten yet; how many. For the nightly task."""
    imports.forget_the_gone()  # what ended after its customers had gone
    loyalty.forget_the_gone()
    point_vouchers.forget_the_gone()
    broadcasts.forget_the_gone()  # who was in no group ever, or became a recipient while going
    return erasure.forget_the_gone(first=_forget_files)


def _forget_files(customer_ids: Sequence[int]) -> None:
    """Before the history: exports ask it for the customers' groups."""
    imports.forget(customer_ids)
    exports.forget(customer_ids)
    spending.forget(customer_ids)
    broadcasts.forget(customer_ids)


def create_customer(
    email: str,
    *,
    phone: str = "",
    first_name: str = "",
    last_name: str = "",
    channel_slug: str | None = None,
) -> int:
    """The id of the customer of this e-mail address, made if there is none.

    As Saleor's own `customerCreate` makes one: without a password, not confirmed, with Saleor's
    event, and nobody is written to. The phone (with country code) becomes an address of the
    address book that consists of names, country and phone, and is no default. The customer of an
    address that is known already is not changed. InvalidInput (fields "email", "phone",
    "channel", "first_name", "last_name").
    """
    email = email.strip().lower()
    known = _customer_id(email)
    if known is not None:
        return known
    _require_email(email)
    if channel_slug is not None and _channel_id(channel_slug) is None:
        sentence = Sentence("There is no channel {channel}.", channel=channel_slug)
        raise InvalidInput(sentence, field="channel", code="not_found")
    user = User(email=email, first_name=first_name, last_name=last_name, is_confirmed=False)
    clean(user, exclude=["password", "email"])
    address = _address_of(phone, user) if phone else None
    try:
        with transaction.atomic():
            _save(user, address, channel_slug)
    except IntegrityError:
        known = _customer_id(email)
        if known is None:
            raise
        return known
    return int(user.pk)


def _save(user: User, address: Address | None, channel_slug: str | None) -> None:
    default_type = _of_the_host("saleor.account.utils", "get_default_customer_type")
    if default_type is not None:
        setattr(user, "customer_type", default_type())  # noqa: B010 - the miniature has none
    user.save()
    if address is not None:
        address.save()
        user.addresses.add(address)
    _make_searchable(user)
    account_created = _of_the_host("saleor.account.events", "customer_account_created_event")
    if account_created is not None:
        account_created(user=user)
    # With the channel first: Saleor's event, which comes again through the plugin, has none.
    transaction.on_commit(lambda: welcome(user, channel_slug=channel_slug))
    call_event(get_plugins_manager(allow_replica=False).customer_created, user)


def _make_searchable(user: User) -> None:
    """The column of Saleor's search in customers: a vector since 3.23, a text before."""
    update = _of_the_host("saleor.account.search", "update_user_search_vector")
    document = _of_the_host("saleor.account.search", "prepare_user_search_document_value")
    if update is not None:
        update(user)
    elif document is not None:
        User.objects.filter(pk=user.pk).update(search_document=document(user))


def _customer_id(email: str) -> int | None:
    found: int | None = User.objects.filter(email=email).values_list("pk", flat=True).first()
    return found


def _require_email(email: str) -> None:
    try:
        User._meta.get_field("email").clean(email, None)
    except ValidationError as error:
        sentence = Sentence("“{email}” is no e-mail address.", email=email)
        raise InvalidInput(sentence, field="email", code="invalid") from error


def _address_of(phone: str, user: User) -> Address:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        sentence = Sentence("“{phone}” is no phone number with its country code.", phone=phone)
        raise InvalidInput(sentence, field="phone", code="invalid")
    region = phonenumbers.region_code_for_number(number) or ""
    address = Address(
        first_name=user.first_name,
        last_name=user.last_name,
        country=region if len(region) == 2 else "",  # "001" is the world's
        phone=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
    )
    if hasattr(address, "validation_skipped"):  # Saleor's mark of an address that is not whole
        address.validation_skipped = True
    return address


def _of_the_host(module: str, name: str) -> Callable[..., Any] | None:
    """What only some releases of Saleor have, and the miniature has not."""
    try:
        found: Callable[..., Any] | None = getattr(import_module(module), name, None)
    except ModuleNotFoundError:
        return None
    return found


def registration_channel() -> str | None:
    """The channel slug of the registration that is being finished, if one is.

    Saleor's event names no channel (only the one for e-mail confirmation does), but it comes
    out of a Celery task that was given the channel as an argument.
    """
    if not current_task or current_task.name != REGISTRATION_TASK:
        return None
    names = list(inspect.signature(current_task.run).parameters)
    arguments = dict(zip(names, current_task.request.args or (), strict=False))
    arguments.update(current_task.request.kwargs or {})
    slug = arguments.get("channel_slug")
    return slug if isinstance(slug, str) and slug else None


def _channel_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    found: int | None = Channel.objects.filter(slug=slug).values_list("pk", flat=True).first()
    return found
