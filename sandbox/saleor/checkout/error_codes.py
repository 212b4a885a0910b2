"""Codes that a refused checkout answers with."""

from __future__ import annotations

from enum import Enum


class CheckoutErrorCode(Enum):
    GRAPHQL_ERROR = "graphql_error"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    NO_LINES = "no_lines"
    TAX_ERROR = "tax_error"
    EMAIL_NOT_SET = "email_not_set"
    VOUCHER_NOT_APPLICABLE = "voucher_not_applicable"
