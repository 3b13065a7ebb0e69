"""Which column of a file plays which role: by the platform's layout, else by name, else by the values."""

from collections.abc import Iterable

from retention.orders.contact_columns import ADDED, find_contacts
from retention.orders.customer_column import GAINED, customer_column
from retention.orders.mapping import Mapping
from retention.orders.platforms import find_layout
from retention.orders.profiles import Profile, column_profiles
from retention.orders.roles import ORDER_ROLES, plain_name
from retention.orders.sheet import Sheet

_USUAL = {role: [plain_name(n) for n in spec.names] for role, spec in ORDER_ROLES.items()}
_NEVER = {role: {plain_name(n) for n in spec.never} for role, spec in ORDER_ROLES.items()}

# Names of columns that say what a row is, which is a status where some rows are refunds or cancelled orders.
_KINDS = {"type", "order type", "document type", "doc type", "record type", "row type", "entry type", "kind", "typ",
          "vorgang", "belegart", "tipo", "tipo de documento"}  # fmt: skip

# Words in the names of an address's other columns.
_ADDRESS = {"city", "town", "zip", "postcode", "postal", "street", "address", "country"}
# A column that plays one of these roles plays no other.
_EXCLUSIVE = ("customer_id", "ordered_at", "revenue", "order_id", "status")


def detect_columns(sheet: Sheet, columns: dict[str, str | None] | None = None) -> Mapping:
    """Find the role of each column.

    The roles that orders are made of are found first; contact details and signals take what is left, or a column that
    is both (an e-mail address as the customer, a country as the region).

    columns: roles that are already known, e.g. {"customer_id": "Email"}; they are kept as given,
    and None leaves a role empty.
    Returns a Mapping, which may still lack needed roles (`Mapping.missing`). Raises DataError when `columns`
    names a role or a column that does not exist.
    """
    known = dict(columns or {})
    for name in filter(None, known.values()):
        sheet.column(name)
    layout = find_layout(sheet.columns)
    profiles = column_profiles(sheet)
    found: dict[str, str] = {}
    if layout:
        names = {plain_name(c): c for c in reversed(sheet.columns)}
        for role, candidates in layout.columns.items():
            there = [names[plain_name(c)] for c in candidates if plain_name(c) in names]
            if best := _most_filled(there, profiles):
                found[role] = best
        added = [role for role in ADDED if role not in layout.columns]
        found |= find_contacts(sheet.columns, profiles, found, added)
    else:
        found = _by_name(sheet.columns, profiles)
        found = _settle_status(found, sheet.columns, profiles)
        found = _settle_customer(found, sheet, profiles)
        found = _by_values(found, sheet, profiles)
        found = _settle_amount(found, profiles)
        found |= find_contacts(sheet.columns, profiles, found)
    return Mapping(
        columns=found,
        layout=layout.label if layout else None,
        day_first=layout.day_first if layout else None,
        per_order=layout.per_order if layout else None,
        no_customer=layout.no_customer if layout else "",
    ).with_columns(**known)


def _most_filled(names: list[str], profiles: dict[str, Profile]) -> str | None:
    """The first of the names, unless a later one is filled far more often; none that is empty throughout."""
    best = None
    for name in names:
        filled = profiles[name].filled
        if filled > 0 and (best is None or filled > 2 * profiles[best].filled + 0.2):
            best = name
    return best


def _by_name(columns: tuple[str, ...], profiles: dict[str, Profile]) -> dict[str, str]:
    scores = []
    addressed = any(_ADDRESS & set(plain_name(column).split()) for column in columns)
    for role in ORDER_ROLES:
        for position, column in enumerate(columns):
            name = plain_name(column)
            # "State" beside a city or a country is where the customer lives, not what became of the order.
            if role == "status" and name == "state" and (addressed or profiles[column].length <= 3):
                continue
            score = _name_score(name, role)
            if score and _plausible(role, profiles[column]):
                scores.append((score, -position, role, column))
    found: dict[str, str] = {}
    for _, _, role, column in sorted(scores, reverse=True):
        taken = [r for r, c in found.items() if c == column]
        if role in found or any(r in _EXCLUSIVE or role in _EXCLUSIVE for r in taken):
            continue
        found[role] = column
    return found


def _name_score(name: str, role: str) -> float:
    """1 for the best usual name down to 0.5 for the last, less where a name merely contains one, 0 for no likeness."""
    usual_names = _USUAL[role]
    if name in usual_names:
        return 1 - 0.5 * usual_names.index(name) / len(usual_names)
    words = set(name.split())
    if words & _NEVER[role]:
        return 0.0
    for index, usual in enumerate(usual_names):
        wanted = set(usual.split())
        inside = wanted <= words if usual.isascii() else usual in name
        if inside:
            extra = len(words - wanted)
            return max(0.05, 0.45 - 0.2 * index / len(usual_names) - 0.05 * extra)
    return 0.0


def _plausible(role: str, profile: Profile) -> bool:
    """Whether the values can be what the name says."""
    if profile.filled == 0:
        return False
    if role in ("ordered_at", "cancelled_at"):
        return profile.dates >= 0.5
    if role == "time":
        return profile.date < 0.5
    if role in ("revenue", "unit_price", "discount", "refund", "adjusted", "quantity"):
        return profile.money >= 0.5 and profile.date < 0.5
    if role == "currency":
        return profile.code >= 0.5
    if role == "customer_id":
        return profile.date < 0.5 and not (profile.decimals > 0.5 and profile.email == 0)
    if role in ("status", "channel", "region", "category"):
        return profile.money < 0.9 and profile.date < 0.5
    if role == "coupon":  # or what a coupon took off
        return profile.decimals < 0.5
    return True


def _settle_status(
    found: dict[str, str], columns: tuple[str, ...], profiles: dict[str, Profile]
) -> dict[str, str]:
    """A column of what each row is, where nothing else tells the status and its cells speak of refunds or the like."""
    kinds = [c for c in columns if plain_name(c) in _KINDS and profiles[c].returns]
    if "status" in found or not kinds:
        return found
    return {role: column for role, column in found.items() if column != kinds[0]} | {
        "status": kinds[0]
    }


def _settle_customer(
    found: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]
) -> dict[str, str]:
    """The column that says who bought: another one than the usual where that would leave many orders without."""
    usual = found.get("customer_id")
    taken = {found.get(role) for role in _EXCLUSIVE}
    likely = [
        (_name_score(plain_name(column), "customer_id"), column)
        for column in sheet.columns
        if usual
        and column not in taken
        and profiles[column].filled >= profiles[usual].filled + GAINED
        if _plausible("customer_id", profiles[column])
    ]
    others = [column for score, column in sorted(likely, reverse=True) if score >= 0.5]
    if not others:
        return found
    return found | {"customer_id": customer_column(sheet, usual, others, found.get("order_id"))}


def _by_values(found: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]) -> dict[str, str]:
    """Fill the needed roles that no name gave away from what the cells look like."""
    found, columns = dict(found), sheet.columns

    def free() -> Iterable[tuple[str, Profile]]:
        return [
            (c, profiles[c])
            for c in columns
            if c not in found.values() and profiles[c].filled > 0.05
        ]

    if "ordered_at" not in found:
        dated = [(p.date, p.filled, c) for c, p in free() if p.date > 0.8]
        dated = dated or [
            (p.day_number, p.filled, c) for c, p in free() if p.day_number > 0.95 and p.values > 2
        ]
        if dated:
            found["ordered_at"] = max(dated, key=lambda d: d[:2])[2]
    priced = {"quantity", "unit_price"} <= set(found)
    if "revenue" not in found and not priced:
        amounts = [
            (p.decimals, p.values, c)
            for c, p in free()
            if p.money > 0.8 and p.date < 0.5 and p.decimals > 0.3
        ]
        if amounts:
            found["revenue"] = max(amounts)[2]
    if "customer_id" not in found:
        mails = [(p.email, p.filled, c) for c, p in free() if p.email > 0.5]
        ids = [
            c
            for c, p in free()
            if p.decimals < 0.2 and p.date < 0.5 and p.values > 1 and p.length < 40
        ]
        shares = sorted(
            (share, c) for c, share in _distinct_shares(sheet, ids).items() if share > 0.005
        )
        # What hardly ever repeats is the order's own number; a customer comes back.
        repeating = [c for share, c in shares if share <= 0.98]
        unique = [c for share, c in shares if share > 0.98]
        if mails:
            found["customer_id"] = max(mails)[2]
        elif repeating:
            found["customer_id"] = repeating[-1]
            if "order_id" not in found and unique:
                found["order_id"] = unique[-1]
        elif unique and "order_id" in found:
            found["customer_id"] = unique[-1]
    if "revenue" not in found and not priced:
        whole = [
            (p.values, c) for c, p in free() if p.money > 0.8 and p.date < 0.5 and p.values > 2
        ]
        if whole:
            found["revenue"] = max(whole)[1]
    return found


def _distinct_shares(sheet: Sheet, columns: list[str]) -> dict[str, float]:
    """Distinct cells / rows of whole columns."""
    if not columns:
        return {}
    table = sheet.table
    counts = (
        table.aggregate(**{sheet.column(c): table[sheet.column(c)].nunique() for c in columns})
        .execute()
        .iloc[0]
    )
    return {c: counts[sheet.column(c)] / sheet.rows for c in columns}


def _settle_amount(found: dict[str, str], profiles: dict[str, Profile]) -> dict[str, str]:
    """One way to an amount: quantity x unit price only where no column holds the amount itself.

    Beside an amount the unit price stays where rows may share an order: it says what each of them was worth.
    """
    found = dict(found)
    if "revenue" not in found and "unit_price" in found and "quantity" not in found:
        found["revenue"] = found.pop("unit_price")
    if "revenue" in found:
        per_piece = plain_name(found["revenue"]) in (
            "price",
            "item price",
            plain_name("ราคา"),
            "presyo",
        )
        if per_piece and "quantity" in found and profiles[found["quantity"]].values > 1:
            found["unit_price"] = found.pop("revenue")
        elif not {"quantity", "order_id"} <= set(found):
            found.pop("unit_price", None)
    return found
