"""Money made of two columns; nothing of its own in the database."""

from __future__ import annotations

from typing import Any

from prices import Money, TaxedMoney


class MoneyField(property):
    """An amount column and a currency column read and written as one `Money`.

    A property, so that a model also takes it as a keyword when it is made.
    """

    def __init__(
        self,
        amount_field: str = "price_amount",
        currency_field: str = "price_currency",
        verbose_name: str | None = None,
    ) -> None:
        def read(row: Any) -> Money | None:
            amount = getattr(row, amount_field)
            return None if amount is None else Money(amount, getattr(row, currency_field))

        def write(row: Any, value: Money | None) -> None:
            setattr(row, amount_field, None if value is None else value.amount)
            if value is not None:
                setattr(row, currency_field, value.currency)

        super().__init__(read, write, doc=verbose_name)


class TaxedMoneyField(property):
    """A net column, a gross column and a currency column as one `TaxedMoney`."""

    def __init__(
        self,
        net_amount_field: str = "price_amount_net",
        gross_amount_field: str = "price_amount_gross",
        currency_field: str = "currency",
        verbose_name: str | None = None,
    ) -> None:
        def read(row: Any) -> TaxedMoney:
            currency = getattr(row, currency_field)
            return TaxedMoney(
                net=Money(getattr(row, net_amount_field), currency),
                gross=Money(getattr(row, gross_amount_field), currency),
            )

        def write(row: Any, value: TaxedMoney) -> None:
            setattr(row, net_amount_field, value.net.amount)
            setattr(row, gross_amount_field, value.gross.amount)
            setattr(row, currency_field, value.currency)

        super().__init__(read, write, doc=verbose_name)
