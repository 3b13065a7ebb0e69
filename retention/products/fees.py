"""Lines of orders that are no goods, such as postage: told by their names in many languages."""

from collections.abc import Iterable
from functools import cache

from retention.cells.names import plain_name
from retention.data_files import read_data_file

#: Longer names are those of goods.
_MOST_WORDS = 6


def fee_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are postage, fees, discounts or corrections, and no goods.

    Args:
        names: Of products or categories, as the file writes them.

    Returns:
        Those of no goods, in their order.

    >>> fee_names(["DOTCOM POSTAGE", "Postage stamp cushion", "Express-Versand", "Shipping box"])
    ('DOTCOM POSTAGE', 'Express-Versand')
    """
    return tuple(name for name in names if _is_fee(name))


def _is_fee(name: str) -> bool:
    words, phrases, beside = _terms()
    plain = plain_name(name)
    if plain.count(" ") >= _MOST_WORDS:
        return False
    for phrase in phrases:
        if f" {phrase} " in f" {plain} ":
            rest = f" {plain} ".replace(f" {phrase} ", " ").split()
            return all(word in beside or word in words for word in rest)
    parts = plain.split()
    return any(word in words for word in parts) and all(
        word in words or word in beside or word.isdigit() for word in parts
    )


@cache
def _terms() -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """The words and phrases of no goods, and what may stand beside them, made plain."""
    terms = read_data_file(__file__, "fees.toml")
    words, phrases, beside = (
        [plain_name(term) for term in terms[key]] for key in ("words", "phrases", "beside")
    )
    return frozenset(words), tuple(phrases), frozenset(beside)
