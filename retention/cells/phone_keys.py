"""Phones as customers: one number however it is typed, as its digits with the calling code.

The shop's country decides what 0917 555 0123 is. It is the country of most numbers with a calling
code, else that of the amounts' currency. A number is not checked here, only compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

#: Numbers that are looked at to find the country.
SAMPLE = 2_000
#: At least this share of the numbers without a calling code must be valid in the country.
VALID = 0.6
#: Digits of a number, with the calling code: fewer are an extension or a typing error.
SHORTEST, LONGEST = 7, 15


@dataclass(frozen=True, slots=True)
class PhoneStyle:
    """How a shop's customers write their own country's numbers.

    Attributes:
        region: The country's ISO code.
        code: Its calling code.
        trunk: What is dialled before a number within the country; "" for nothing.
        lengths: How many digits its numbers have, without code and trunk.
    """

    region: str
    code: str
    trunk: str
    lengths: tuple[int, ...]


def find_phone_style(table: ir.Table, column: str, currency: str | None) -> PhoneStyle | None:
    """Return how the column's national numbers are written; None where no country fits.

    Args:
        table: The rows.
        column: The column of phones.
        currency: The code of the amounts, where the file names one.
    """
    distinct = table.select(phone=table[column]).filter(ibis._.phone.notnull()).distinct()
    sample = distinct.order_by("phone").limit(SAMPLE).to_pandas()["phone"].tolist()
    national = [text for text in sample if not _is_international(text)]
    regions = _regions_of_codes(text for text in sample if _is_international(text))
    for region in dict.fromkeys([*regions, *_regions_of_currency(currency)]):
        style = _style(region)
        if style and _fits(national, style):
            return style
    return None


def phone_key(phone: ir.StringValue, style: PhoneStyle | None) -> ir.StringValue:
    """Return numbers as + and digits; NULL where a cell holds no number, or hides a part of it."""
    text = phone.strip()
    digits = text.re_replace(r"\D", "")
    international = text.re_search(r"^\D{0,2}\+") | digits.startswith("00")
    whole = digits.re_replace("^00", "")
    if style is not None:
        within = _within_country(digits, style)
        whole = ibis.ifelse(international, whole, within)
    is_number = whole.length().between(SHORTEST, LONGEST) & ~text.re_search(r"[*•●]|[xX]{3}")
    return ibis.ifelse(is_number, ibis.literal("+") + whole, ibis.null("string"))


def _within_country(digits: ir.StringValue, style: PhoneStyle) -> ir.StringValue:
    """Return the digits with the calling code, which a national number lacks."""
    lengths = [size + len(style.code) for size in style.lengths]
    has_code = digits.startswith(style.code) & digits.length().isin(lengths)
    bare = digits.re_replace(f"^{style.trunk}", "") if style.trunk else digits
    return ibis.ifelse(has_code, digits, ibis.literal(style.code) + bare)


def _is_international(text: str) -> bool:
    plain = text.strip().lstrip("'(")
    return plain.startswith(("+", "00"))


def _regions_of_codes(phones: Iterable[str]) -> list[str]:
    """Return the countries of numbers with a calling code, the commonest first."""
    import phonenumbers

    counts: Counter[str] = Counter()
    for text in phones:
        digits = "".join(letter for letter in text if letter.isdigit()).removeprefix("00")
        try:
            region = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{digits}"))
        except phonenumbers.NumberParseException:
            continue
        if region:
            counts[region] += 1
    return [region for region, _ in counts.most_common(3)]


def _regions_of_currency(currency: str | None) -> list[str]:
    """Return the countries that pay with a currency today."""
    from babel.core import get_global

    if currency is None:
        return []
    territories = get_global("territory_currencies")
    return [
        region
        for region, periods in territories.items()
        if any(code == currency and end is None and tender for code, _, end, tender in periods)
    ]


def _style(region: str) -> PhoneStyle | None:
    import phonenumbers

    known = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    if known is None or known.general_desc is None:
        return None
    return PhoneStyle(
        region=region,
        code=str(known.country_code),
        trunk=known.national_prefix or "",
        lengths=tuple(size for size in known.general_desc.possible_length if size > 0),
    )


def _fits(national: list[str], style: PhoneStyle) -> bool:
    """Return whether most numbers without a calling code are valid in the country."""
    import phonenumbers

    def is_valid(text: str) -> bool:
        try:
            number = phonenumbers.parse(text, style.region)
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.is_valid_number(number)

    return not national or sum(map(is_valid, national)) >= VALID * len(national)
