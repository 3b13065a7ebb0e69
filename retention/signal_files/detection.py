"""Which column of a file of signals plays which role: by its name, else by its cells."""

from __future__ import annotations

from retention.cells.names import plain_name
from retention.columns.profiles import Profile
from retention.signal_files.kinds import SignalKind, SignalRole

#: Share of a column's cells that must be what its role wants.
ENOUGH = 0.5
#: Shortest usual name that tells a column where it stands inside a longer one.
_TELLING = 4
#: Highest score of a column that is taken by its cells alone, without a telling name.
_HIGHEST_SCORE = 10
#: Different scores that such a column has at most.
_MOST_SCORES = 21


def find_columns(kind: SignalKind, profiles: dict[str, Profile], taken: set[str]) -> dict[str, str]:
    """Return role -> column for what the names or the cells give away, the customer aside.

    Args:
        kind: The kind of file.
        profiles: What the columns' cells look like, by the columns' names.
        taken: Columns that play a role already.
    """
    roles = [role for role in kind.roles if role.value != "customer"]
    scores = [
        (name_likeness(name, role), -place, role.key, name)
        for role in roles
        for place, name in enumerate(profiles)
        if name not in taken and is_plausible(role, profiles[name])
    ]
    columns: dict[str, str] = {}
    for score, _, key, name in sorted(scores, reverse=True):
        if score and key not in columns and name not in columns.values():
            columns[key] = name
    return columns | _further_columns(roles, profiles, columns, taken)


def _further_columns(
    roles: list[SignalRole],
    profiles: dict[str, Profile],
    named: dict[str, str],
    taken: set[str],
) -> dict[str, str]:
    """Role -> column for roles that no name gives away, by the cells."""
    columns: dict[str, str] = {}
    free = {name: p for name, p in profiles.items() if name not in taken | set(named.values())}
    for role in roles:
        if role.key not in named and (name := _by_cells(role, free)):
            columns[role.key] = name
            del free[name]
    return columns


def customer_candidates(kind: SignalKind, profiles: dict[str, Profile]) -> list[str]:
    """Return the columns that may say who the customer is, the likeliest first.

    Args:
        kind: The kind of file.
        profiles: What the columns' cells look like, by the columns' names.
    """
    role = kind.role("customer")
    likeness = {
        name: max(name_likeness(name, role), 0.45 * (profile.email >= ENOUGH))
        for name, profile in profiles.items()
        if profile.filled > 0 and profile.date < ENOUGH
    }
    named = [name for name in likeness if likeness[name] > 0]
    return sorted(named, key=lambda name: -likeness[name])


def name_likeness(column: str, role: SignalRole) -> float:
    """Return how well a column's name fits a role: 1 for the best usual name, 0 for no likeness.

    Args:
        column: The column's name.
        role: The role.
    """
    name = plain_name(column)
    usual = [plain_name(text) for text in role.names]
    glued = [text.replace(" ", "") for text in usual]
    if name in usual:
        return 1 - 0.4 * usual.index(name) / len(usual)
    if name.replace(" ", "") in glued:
        return 0.98 - 0.4 * glued.index(name.replace(" ", "")) / len(usual)
    if any(plain_name(word) in name for word in role.within):
        return 0.4
    words = set(name.split())
    for place, text in enumerate(usual):
        if len(text) >= _TELLING and set(text.split()) <= words:
            return 0.3 - 0.2 * place / len(usual)
    return 0.0


def is_plausible(role: SignalRole, profile: Profile) -> bool:
    """Return whether a column's cells can be what a role wants.

    Args:
        role: The role.
        profile: What the cells look like.
    """
    if profile.filled == 0:
        return False
    match role.value:
        case "date":
            return profile.dates >= ENOUGH
        case "number":
            return profile.money >= ENOUGH and profile.date < ENOUGH
        case "score":
            # Words and stars are few; a comment is long and a day is no score.
            return profile.date < ENOUGH and profile.email < ENOUGH and profile.length < 40
        case "text":
            return profile.date < ENOUGH and profile.email < ENOUGH
        case _:
            return profile.email < ENOUGH


def _by_cells(role: SignalRole, free: dict[str, Profile]) -> str:
    """Return the only column whose cells speak for a role that no name gives away; else ""."""
    if role.value == "date" and role.key == "day":
        fits = [name for name, p in free.items() if p.date >= 0.8]
    elif role.value == "score":
        fits = [name for name, p in free.items() if _are_scores(p)]
    elif role.value == "number" and role.required:
        fits = [name for name, p in free.items() if p.integer >= 0.9 and p.date < ENOUGH]
    else:
        fits = []
    return fits[0] if len(fits) == 1 else ""


def _are_scores(profile: Profile) -> bool:
    """Return whether cells are few small numbers."""
    small = profile.length <= len(str(_HIGHEST_SCORE)) + 1
    return profile.money >= 0.9 and small and 1 < profile.values <= _MOST_SCORES
