"""How well a column fits a role: its name is scored, and its cells must be plausible."""

import re
from collections.abc import Callable

from retention.cells.names import plain_name
from retention.columns.profiles import Profile
from retention.columns.roles import ORDER_ROLES, ROLES

#: A consent column with one of these words in its name holds refusals: yes there means no.
REFUSALS = frozenset({"unsubscribed", "unsubscribe", "out", "not"})


def _places(names: list[str], key: Callable[[str], str]) -> dict[str, int]:
    """Return the place of the first name with each key."""
    return {key(name): place for place, name in reversed(list(enumerate(names)))}


def _alphabetic(name: str) -> str:
    return " ".join(sorted(name.split()))


_USUAL = {role: [plain_name(name) for name in spec.names] for role, spec in ROLES.items()}
# Each usual name's place, by its letters without blanks, and by its words in the alphabet's order.
_GLUED = {
    role: _places(names, lambda name: name.replace(" ", "")) for role, names in _USUAL.items()
}
_SORTED = {role: _places(names, _alphabetic) for role, names in _USUAL.items()}
# Names that say nothing beside other words: "article id" is no number of an order.
_ALONE_ONLY = frozenset({"id", "no", "number"})
# Each usual name that another name may contain: its place, and its words.
_CONTAINED = {
    role: [
        (place, name, frozenset(name.split()))
        for place, name in enumerate(names)
        if name not in _ALONE_ONLY
    ]
    for role, names in _USUAL.items()
}
_NEVER = {role: {plain_name(word) for word in spec.never} for role, spec in ROLES.items()}
# "Total (inc. tax)" is a total, and no tax.
_WITH_TAX = re.compile(
    r"\b(?:inc|incl|including|inkl|with|w|c|s|ex|exc|excl|excluding|without|exkl|incl?uido|con|avec|sans)"
    r" (?:the )?(?:tax|taxes|vat|gst|hst|mwst|ust|iva|tva|btw|moms|mva|dph|kdv|pvm)\b"
)
# Words that say whose contact detail it is and do not change what it is.
_OWNERS = frozenset(
    {"customer", "buyer", "billing", "bill", "to", "client", "contact", "member", "user", "primary"}
)
# An address to ship to may be somebody else's.
_RECEIVERS = frozenset({"shipping", "ship", "delivery", "recipient"})
# Words of what an order holds and how it came about.
_NO_PERSON = frozenset(
    {"items", "item", "sold", "qty", "pieces", "units", "product", "products", "sku", "attribution"}
    | {"method", "guests", "covers", "table", "register", "terminal", "server", "employee"}
)
# Names of pieces in one shop, and of money in another.
_PIECES_OR_MONEY = frozenset({"jumlah"})
# Up to this number of different cells they are answers rather than free text.
_FEW_ANSWERS = 40
# Up to this number of different numbers they may stand for statuses.
_FEW_STATES = 15


def name_score(name: str, role: str) -> float:
    """Return how well a column's plain name fits a role.

    Args:
        name: The name as `plain_name` returns it.
        role: A role of any group.

    Returns:
        1 for the best usual name down to 0.5 for the last one. Less for a looser likeness: an
        order role's name may contain a usual one, a contact role's may have an owner before it.
        0 for every other name.
    """
    usual_names = _USUAL[role]
    if name in usual_names:
        return 1 - 0.5 * usual_names.index(name) / len(usual_names)
    place = _place_otherwise_written(name, role)
    if place is not None:
        return 0.98 - 0.5 * place / len(usual_names)
    return _containing_score(name, role) if role in ORDER_ROLES else _owner_score(name, role)


def _place_otherwise_written(name: str, role: str) -> int | None:
    """Return the place of the usual name that has the same words, glued or in another order."""
    glued = _GLUED[role].get(name.replace(" ", ""))
    if glued is not None or is_denied(name, role):
        return glued
    return _SORTED[role].get(_alphabetic(name))


def _containing_score(name: str, role: str) -> float:
    if role == "revenue":
        name = _WITH_TAX.sub(" ", name).strip()
    words = set(name.split())
    if words & _NEVER[role]:
        return 0.0
    for place, usual, wanted in _CONTAINED[role]:
        # Scripts without blanks between words are compared letter by letter.
        is_inside = wanted <= words if usual.isascii() else usual in name
        if is_inside:
            extra_words = len(words - wanted)
            return max(0.05, 0.45 - 0.2 * place / len(_USUAL[role]) - 0.05 * extra_words)
    return 0.0


def _owner_score(name: str, role: str) -> float:
    usual_names, words = _USUAL[role], name.split()
    bare = " ".join(word for word in words if word not in _OWNERS | _RECEIVERS)
    if bare == name or bare not in usual_names:
        return 0.0
    receiver = 0.1 * bool(_RECEIVERS & set(words))
    return 0.4 - 0.2 * usual_names.index(bare) / len(usual_names) - receiver


def is_denied(name: str, role: str) -> bool:
    """Return whether a column's plain name has a word that rules the role out."""
    return bool(set(name.split()) & _NEVER[role])


def says_something_else(name: str) -> bool:
    """Return whether a column's plain name speaks of another thing than customers and orders.

    >>> says_something_else("items sold"), says_something_else("column 3")
    (True, False)
    """
    others = (role for role in ORDER_ROLES if role not in ("customer_id", "order_id"))
    is_denied = bool(set(name.split()) & (_NEVER["customer_id"] | _NO_PERSON))
    return is_denied or any(name_score(name, role) for role in others)


def is_plausible(role: str, profile: Profile, column: str) -> bool:
    """Return whether a column's cells can be what a role wants.

    Args:
        role: A role of any group.
        profile: What the cells look like.
        column: The column's name, since a name may say that the cells are refusals.

    Returns:
        False where the cells rule the role out.
    """
    if profile.filled == 0:
        return False
    if plain_name(column) in _PIECES_OR_MONEY and role in ("revenue", "quantity"):
        return _is_number(profile) and _are_pieces(profile) == (role == "quantity")
    if role == "consent" and REFUSALS & set(plain_name(column).split()):
        return True
    if role in _PLAUSIBLE:
        return _PLAUSIBLE[role](profile)
    return role in ORDER_ROLES or _is_text(profile)


def _are_pieces(profile: Profile) -> bool:
    """Return whether cells are small whole numbers."""
    return profile.integer >= 0.95 and profile.length < 2 and profile.values <= _FEW_ANSWERS


def _is_text(profile: Profile) -> bool:
    return profile.money < 0.5 and profile.email < 0.5 and profile.date < 0.5


def _is_number(profile: Profile) -> bool:
    return profile.money >= 0.5 and profile.date < 0.5


def _is_group(profile: Profile) -> bool:
    return profile.money < 0.9 and profile.date < 0.5


def _is_state_code(profile: Profile) -> bool:
    """Return whether cells can be numbers that stand for statuses; their meaning is asked."""
    is_few = 2 <= profile.values <= _FEW_STATES
    return is_few and profile.integer >= 0.9 and profile.length <= 3


def _is_moment(profile: Profile) -> bool:
    return profile.dates >= 0.5


def _is_no_date(profile: Profile) -> bool:
    return profile.date < 0.5


def _has_few_answers(profile: Profile) -> bool:
    return profile.values <= _FEW_ANSWERS


def _is_answer(profile: Profile) -> bool:
    """Return whether cells answer yes or no, in any mix of cases and words."""
    return profile.answers == 1 or (profile.values <= 2 and profile.answers >= 0.9)


def _is_customer(profile: Profile) -> bool:
    looks_like_money = profile.decimals > 0.5 and profile.email == 0
    is_hidden = profile.masked >= 0.5 or profile.about >= 0.9
    return profile.date < 0.5 and not looks_like_money and not is_hidden


def _is_order_number(profile: Profile) -> bool:
    return profile.digits >= 0.5 and profile.date < 0.5 and profile.decimals < 0.5


def _is_discount(profile: Profile) -> bool:
    return (profile.money >= 0.5 or profile.percent >= 0.5) and profile.date < 0.5


def _is_product(profile: Profile) -> bool:
    """Return whether cells can name products. Those of "Item #" count the lines of an order."""
    return profile.decimals < 0.5 and profile.date < 0.5 and not _are_pieces(profile)


def _is_category(profile: Profile) -> bool:
    is_number_of_order = profile.distinct > 0.5 and profile.values > _FEW_ANSWERS
    return _is_group(profile) and not is_number_of_order


def _is_code(profile: Profile) -> bool:
    """What a coupon took off is an amount; a code of digits alone is a long one."""
    is_long_number = profile.integer >= 0.9 and profile.length >= 5
    return profile.date < 0.5 and (profile.money < 0.9 or is_long_number)


# The roles that are not here take every text: order roles any cell, contact roles what is no
# amount, address or date.
_PLAUSIBLE: dict[str, Callable[[Profile], bool]] = {
    "customer_id": _is_customer,
    "order_id": _is_order_number,
    "ordered_at": _is_moment,
    "cancelled_at": lambda profile: _is_moment(profile) or _is_answer(profile),
    "time": _is_no_date,
    "revenue": _is_number,
    "unit_price": _is_number,
    "discount": _is_discount,
    "refund": lambda profile: _is_number(profile) or _is_answer(profile),
    "adjusted": _is_number,
    "quantity": _is_number,
    "currency": lambda profile: profile.code >= 0.5,
    "status": lambda profile: _is_group(profile) or _is_state_code(profile),
    "payment_status": lambda profile: _is_group(profile) or _is_state_code(profile),
    "delivery_status": _is_group,
    "test_order": _is_answer,
    "kind": lambda profile: profile.kinds,
    "refund_of": lambda profile: profile.digits >= 0.5 and profile.date < 0.5,
    "channel": _is_group,
    "region": _is_group,
    "product": _is_product,
    "category": _is_category,
    "coupon": _is_code,
    "email": lambda profile: profile.email >= 0.5,
    "phone": lambda profile: profile.length >= 6 and profile.email < 0.5 and profile.masked < 0.5,
    "zip": lambda profile: 2 <= profile.length <= 12,
    "consent": _has_few_answers,
    "rating": lambda profile: (
        (profile.money >= 0.5 or _has_few_answers(profile)) and profile.date < 0.5
    ),
    "abandoned": lambda profile: _is_moment(profile) or _has_few_answers(profile),
    "subscription": _is_no_date,
    "complaint": _is_no_date,
}
