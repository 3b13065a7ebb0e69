"""Which column of a file holds which contact detail or signal, by its name; after the orders' own roles are found."""

from __future__ import annotations

from collections.abc import Iterable

from retention.orders.contact_cells import REFUSALS
from retention.orders.profiles import Profile
from retention.orders.roles import CONTACT_ROLES, SIGNAL_ROLES, plain_name

_ROLES = CONTACT_ROLES | SIGNAL_ROLES
_USUAL = {role: [plain_name(name) for name in spec.names] for role, spec in _ROLES.items()}
# Words that say whose detail it is and do not change what it is; an address to ship to may be somebody else's.
_OWNERS = frozenset(
    {"customer", "buyer", "billing", "bill", "to", "client", "contact", "member", "user", "primary"}
)
_RECEIVERS = frozenset({"shipping", "ship", "delivery", "recipient"})
# A column of the first kind may hold the contact detail as well.
_SHARES = {
    "customer_id": ("email", "phone", "full_name"),
    "region": ("country", "state", "city"),
}
#: What a platform's layout does not name and a shop may have added to its export.
ADDED = ("consent", *SIGNAL_ROLES)
# Answers of a few kinds rather than free text.
_FEW = 40


def find_contacts(
    columns: Iterable[str],
    profiles: dict[str, Profile],
    found: dict[str, str],
    roles: Iterable[str] = tuple(_ROLES),
) -> dict[str, str]:
    """Return role -> column for the contact roles and signals among `roles` that the names give away.

    Args:
        columns: The file's column names.
        profiles: What their cells look like.
        found: role -> column of the roles found before, which stay as they are.
        roles: Which to look for.
    """
    takers: dict[str, list[str]] = {}
    for role, column in found.items():
        takers.setdefault(column, []).append(role)
    scores = []
    for role in roles:
        for position, column in enumerate(columns):
            if any(role not in _SHARES.get(taker, ()) for taker in takers.get(column, ())):
                continue
            score = _score(plain_name(column), role)
            if score and _plausible(role, profiles[column], column):
                scores.append((score, -position, role, column))
    contacts: dict[str, str] = {}
    for _, _, role, column in sorted(scores, reverse=True):
        if role not in contacts and column not in contacts.values():
            contacts[role] = column
    return contacts


def _score(name: str, role: str) -> float:
    """1 for the best usual name down to 0.5, less for the same with an owner before it, 0 for every other name."""
    usual, words = _USUAL[role], name.split()
    if name in usual:
        return 1 - 0.5 * usual.index(name) / len(usual)
    bare = " ".join(word for word in words if word not in _OWNERS | _RECEIVERS)
    if bare in usual and bare != name:
        return 0.4 - 0.2 * usual.index(bare) / len(usual) - 0.1 * bool(_RECEIVERS & set(words))
    return 0.0


def _plausible(role: str, profile: Profile, column: str) -> bool:
    """Whether the values can be what the name says."""
    if profile.filled == 0:
        return False
    if role == "email":
        return profile.email >= 0.5
    if role == "phone":
        return profile.length >= 6 and profile.email < 0.5
    if role == "zip":
        return 2 <= profile.length <= 12
    if role == "consent":
        return profile.values <= _FEW or bool(REFUSALS & set(plain_name(column).split()))
    if role == "rating":
        return (profile.money >= 0.5 or profile.values <= _FEW) and profile.date < 0.5
    if role == "abandoned":
        return profile.dates >= 0.5 or profile.values <= _FEW
    if role in ("subscription", "complaint"):
        return profile.date < 0.5
    return profile.money < 0.5 and profile.email < 0.5 and profile.date < 0.5
