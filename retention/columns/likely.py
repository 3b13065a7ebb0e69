"""Columns that may play a role which none was found for: too doubtful to take, worth a question."""

from retention.cells.money import CODES
from retention.cells.names import plain_name
from retention.columns.column_scores import is_plausible, name_score
from retention.columns.mapping import Mapping
from retention.columns.profiles import Profile, column_profiles
from retention.sheets.sheet import Sheet

#: The roles that most pages use, beside those that orders need.
IMPORTANT = ("product", "currency", "channel")
#: At most this many columns are named for a role.
MOST_LIKELY = 3
# Words in the names of columns that may be the role.
_WORDS = {
    "product": frozenset(
        {"item", "items", "product", "products", "article", "articles", "sku", "title", "goods"}
        | {"artikel", "produkt", "producto", "produit", "prodotto", "produto"}
    ),
    "currency": frozenset({"currency", "curr", "devise", "moneda", "moeda", "valuta"}),
    "channel": frozenset(
        {"source", "utm", "medium", "origin", "channel", "referrer", "referer", "campaign"}
        | {"attribution", "marketplace", "quelle", "herkunft", "kanal", "canal", "origen"}
    ),
}
# Words of what is no product and no channel.
_OTHER = frozenset(
    {"payment", "shipping", "delivery", "fulfillment", "tax", "fee", "fees", "coupon", "discount"}
    | {"refund", "customer", "billing", "company", "address", "status", "id", "number", "note"}
    | {"notes", "total", "price", "cost", "quantity", "qty", "count", "date", "time", "url"}
)
# From this mean number of letters on, cells are lists or texts, and name no product.
_LONG = 80


def likely_columns(sheet: Sheet, mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """Return the important roles that no column plays, each with the columns that may play it.

    Args:
        sheet: The file.
        mapping: The columns as they were detected.

    Returns:
        Role -> columns that play no role, the likeliest first; none where no column is like it.
    """
    missing = [role for role in IMPORTANT if role not in mapping.columns]
    if not missing:
        return {}
    profiles = column_profiles(sheet)
    unused = [name for name in sheet.columns if name not in mapping.columns.values()]
    likely: dict[str, tuple[str, ...]] = {}
    for role in missing:
        scores = {name: _likeness(role, name, profiles[name], sheet) for name in unused}
        named = sorted((name for name in unused if scores[name]), key=lambda name: -scores[name])
        likely[role] = tuple(named[:MOST_LIKELY])
    return likely


def _likeness(role: str, name: str, profile: Profile, sheet: Sheet) -> float:
    """Return how well a column fits a role by its name or its cells; 0 where it does not."""
    if not is_plausible(role, profile, name) or profile.length > _LONG or profile.masked >= 0.5:
        return 0.0
    if role == "currency" and _holds_codes(name, profile, sheet):
        return 1.0
    plain = plain_name(name)
    words = set(plain.split())
    is_text = profile.money < 0.5 and profile.email < 0.5 and profile.date < 0.5
    if not is_text or words & _OTHER:
        return 0.0
    return max(name_score(plain, role), 0.1 * len(words & _WORDS[role]))


def _holds_codes(name: str, profile: Profile, sheet: Sheet) -> bool:
    """Return whether all cells are codes of currencies."""
    if profile.code < 1 or profile.values > len(CODES):
        return False
    cell = sheet.table[sheet.column(name)].strip().upper().nullif("")
    return set(cell.as_table().distinct().to_pandas().iloc[:, 0].dropna()) <= CODES
