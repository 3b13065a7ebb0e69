"""Which column of a file plays which role: by the platform's layout, else by name and values."""

from collections import abc
from collections.abc import Iterable

from retention.cells.names import plain_name
from retention.columns.amount_column import (
    PRICE_WORDS,
    after_discount,
    before_fees,
    is_mostly_paid,
    is_price_of_one,
    is_what_is_left,
    returned_money,
    with_shipping,
    with_tax,
)
from retention.columns.column_scores import (
    is_denied,
    is_plausible,
    name_score,
    says_something_else,
)
from retention.columns.customer_column import (
    GAINED,
    customer_column,
    numbers_orders,
    returning_column,
)
from retention.columns.mapping import Mapping
from retention.columns.platforms import Layout, find_layout
from retention.columns.profiles import Profile, column_profiles
from retention.columns.roles import CONTACT_ROLES, ORDER_ROLES, ROLES, SIGNAL_ROLES
from retention.columns.status_column import STATUS_ROLES, status_columns
from retention.sheets.engine_errors import refuse_engine_errors
from retention.sheets.sheet import Sheet

# Words in the names of an address's other columns.
_ADDRESS = {"city", "town", "zip", "postcode", "postal", "street", "address", "country"}
# Names of amounts that are the price of one piece where the file has a quantity.
_PRICES_OF_ONE = {"price", "item price", plain_name("ราคา"), "presyo"}
# Up to this number of different small whole numbers they count pieces.
MOST_PIECES = 50
# A column that plays one of these roles plays no other.
_EXCLUSIVE = (
    "customer_id", "ordered_at", "revenue", "order_id", *STATUS_ROLES, "kind", "refund_of",
    "test_order",
)  # fmt: skip
_CONTACT_ROLES = CONTACT_ROLES | SIGNAL_ROLES
# A column of the first kind may hold the contact detail as well.
_SHARES = {
    "customer_id": ("email", "phone", "full_name"),
    "region": ("country", "state", "city"),
}
# A column that hides at least this share of its values plays no role.
HIDDEN = 0.5
# A sample in which values repeat more often than this does not number the orders.
_OFTEN_DISTINCT = 0.3
_AMOUNT_NAMES = frozenset(plain_name(name) for name in ROLES["revenue"].names)
# Words in the names of numbers that are no money.
_NO_MONEY = frozenset(
    {"code", "number", "no", "nr", "num", "index", "row", "rank", "score", "rating", "level"}
    | {"store", "shop", "branch", "basket", "cart", "session", "item", "items", "product", "sku"}
    | {"category", "event", "type", "cohort", "segment", "age", "gender", "zip", "quantity", "qty"}
    | {"count", "pieces", "units", "visits", "clicks", "views", "points", "weight", "duration"}
    | {"year", "quarter", "month", "week", "day", "days", "hour", "minute", "time", "timestamp"}
)
# Up to this number of different texts they may be statuses in unknown words.
_FEW_UNKNOWN = 15
# A ticket is a question of a customer in one file, and what was sold in another.
_OF_TICKETS = frozenset({"ticket status", "ticket state", "status ticket"})
# Names of a column that may hold the customer's name, or that of anything else.
_NAME_ALONE = frozenset(
    {"name", "entity", "nom", "nombre", "nome", "naam", "navn", "namn", "nazwa", "nev", "nume"}
    | {"nama", "ten", "имя", "название клиента", "שם", "नाम", "نام", "ชื่อ", "ονομα"}
)
# What a platform's layout does not name and a shop may have added to its export, by any name.
_ADDED = ("consent", *SIGNAL_ROLES)
# What a shop may have added to a platform's export, where the name is a known one of the role.
_ADDED_BY_NAME = (
    "currency", "channel", "region", "product", "category", "coupon", "quantity", "discount",
    "refund", *(role for role in CONTACT_ROLES if role != "consent"),
)  # fmt: skip
# A looser likeness of a name scores no more than this.
_LOOSE_NAME = 0.45
#: Rows from which a column with one value for all of them says nothing of customers.
MANY_ROWS = 20


@refuse_engine_errors
def detect_columns(sheet: Sheet, columns: abc.Mapping[str, str | None] | None = None) -> Mapping:
    """Find the role of each column.

    The roles that orders are made of are found first. Contact details and signals take what is
    left, or a column that is both: an e-mail address as the customer, a country as the region.

    Args:
        sheet: The file.
        columns: Roles that are already known, e.g. {"customer_id": "Email"}. They are kept as
            given, and None leaves a role empty.

    Returns:
        A Mapping, which may still lack needed roles (`Mapping.missing`).

    Raises:
        DataError: If `columns` names a role or a column that does not exist.
    """
    known = dict(columns or {})
    for name in filter(None, known.values()):
        sheet.column(name)
    profiles = column_profiles(sheet)
    layout = find_layout(sheet.columns)
    if layout is None:
        roles = _without_layout(sheet, profiles)
        mapping = Mapping(columns=roles, guessed=_guessed(roles, profiles))
    else:
        mapping = Mapping(
            columns=_by_layout(layout, sheet, profiles),
            layout=layout.label,
            day_first=layout.day_first,
            per_order=layout.per_order,
            statuses=layout.statuses,
            no_customer=layout.no_customer,
            caveat=layout.caveat,
        )
    return mapping.with_columns(**known)


def unread_amount(sheet: Sheet, mapping: Mapping) -> str | None:
    """Return a column that is named like the amount, where the mapping has no amounts.

    No role was found for its cells, so they are empty or no numbers.
    """
    if mapping.has_amounts:
        return None
    used = mapping.columns.values()
    named = [
        name for name in sheet.columns if name not in used and plain_name(name) in _AMOUNT_NAMES
    ]
    return named[0] if named else None


def _by_layout(layout: Layout, sheet: Sheet, profiles: dict[str, Profile]) -> dict[str, str]:
    names = {plain_name(column): column for column in reversed(sheet.columns)}
    roles: dict[str, str] = {}
    for role, candidates in layout.columns.items():
        present = [names[plain_name(name)] for name in candidates if plain_name(name) in names]
        present = [name for name in present if profiles[name].masked < HIDDEN]
        if best := _most_filled(present, profiles):
            roles[role] = best
    roles |= _by_known_names(layout, sheet.columns, profiles, roles)
    added = [role for role in _ADDED if role not in roles]
    return roles | _find_contacts(sheet.columns, profiles, roles, added)


def _by_known_names(
    layout: Layout, columns: tuple[str, ...], profiles: dict[str, Profile], roles: dict[str, str]
) -> dict[str, str]:
    """Return the roles that a layout leaves empty and that columns with a usual name of them play.

    Shops choose and rename the columns of an export. A layout wins wherever its columns are there,
    and no column of its own gets another role.
    """
    wanted = [
        role for role in dict.fromkeys((*layout.columns, *_ADDED_BY_NAME)) if role not in roles
    ]
    no_role = {plain_name(name) for name in layout.no_role}
    free = [name for name in columns if plain_name(name) not in no_role]
    scores = [
        (name_score(plain_name(column), role), -position, role, column)
        for role in wanted
        for position, column in enumerate(free)
        if _is_free(column, role, roles) and _can_be_added(role, profiles[column], column)
    ]
    added: dict[str, str] = {}
    for score, _, role, column in sorted(scores, reverse=True):
        if score > _LOOSE_NAME and role not in added and _is_free(column, role, added):
            added[role] = column
    return added


def _can_be_added(role: str, profile: Profile, column: str) -> bool:
    """Return whether cells can be what a role wants, where only their name speaks for them."""
    if profile.masked >= HIDDEN or not is_plausible(role, profile, column):
        return False
    if role == "customer_id":
        # A file that hides the buyer is refused. Of other names nobody is guessed to be one.
        return profile.email > 0.5
    return role not in STATUS_ROLES or profile.understood > 0.5


def _without_layout(sheet: Sheet, profiles: dict[str, Profile]) -> dict[str, str]:
    roles = _by_name(sheet.columns, profiles)
    roles = _settle_status(roles, sheet, profiles)
    roles = _settle_customer(roles, sheet, profiles)
    roles = _after_refunds(roles, sheet)
    roles = _by_values(roles, sheet, profiles)
    roles = _before_returns(roles, sheet, profiles)
    roles = _as_paid(roles, sheet, profiles)
    roles = _settle_amount(roles, sheet, profiles)
    return roles | _find_contacts(sheet.columns, profiles, roles)


def _guessed(roles: dict[str, str], profiles: dict[str, Profile]) -> tuple[str, ...]:
    """Return the needed roles that a column plays by its cells, and not by its name."""
    unknown = {
        role: roles[role]
        for role in ("customer_id", "revenue")
        if role in roles and not name_score(plain_name(roles[role]), role)
    }
    if "customer_id" in unknown and profiles[unknown["customer_id"]].email > 0.5:
        del unknown["customer_id"]
    by_price = "revenue" in unknown and name_score(plain_name(unknown["revenue"]), "unit_price")
    return tuple(role for role in unknown if not (role == "revenue" and by_price))


def _most_filled(names: list[str], profiles: dict[str, Profile]) -> str | None:
    """Return the first of the names, unless a later one is filled far more often.

    A column that is empty throughout is never returned.
    """
    best = None
    for name in names:
        filled = profiles[name].filled
        if filled > 0 and (best is None or filled > 2 * profiles[best].filled + 0.2):
            best = name
    return best


def _by_name(columns: tuple[str, ...], profiles: dict[str, Profile]) -> dict[str, str]:
    has_address = any(_ADDRESS & set(plain_name(column).split()) for column in columns)
    scores = [
        (name_score(plain_name(column), role), -position, role, column)
        for role in ORDER_ROLES
        # A status of the payment or the delivery has that role beside another status only.
        if role not in ("payment_status", "delivery_status")
        for position, column in enumerate(columns)
        if not (role == "status" and _is_state(column, profiles[column], has_address))
    ]
    roles: dict[str, str] = {}
    for score, _, role, column in sorted(scores, reverse=True):
        if score == 0:
            break
        if role in roles or not _may_share(column, role, roles):
            continue
        is_loose_status = role == "status" and score < 0.5 and not profiles[column].understood
        if is_plausible(role, profiles[column], column) and not is_loose_status:
            roles[role] = column
    return roles


def _is_state(column: str, profile: Profile, has_address: bool) -> bool:
    """Return whether a column says where the customer lives, not what became of the order."""
    words = set(plain_name(column).split())
    if "state" not in words or "order" in words or profile.integer >= 0.9:
        return False
    return profile.length <= 3 or (has_address and profile.understood < 0.5)


def _settle_status(
    roles: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]
) -> dict[str, str]:
    """Take the statuses of the order, its payment and its delivery, as far as the file has them."""
    taken = {roles.get(role) for role in _EXCLUSIVE if role != "status"}
    free = [name for name in sheet.columns if name not in taken and not _is_of_address(name)]
    others = {role: name for role, name in roles.items() if role != "status"}
    return others | status_columns(sheet, roles, profiles, free)


def _is_of_address(column: str) -> bool:
    """Return whether a column says where the customer lives."""
    words = set(plain_name(column).split())
    return "state" in words and len(words) <= 2 and not words & {"order", "payment", "delivery"}


def _may_share(column: str, role: str, roles: dict[str, str]) -> bool:
    """Return whether a column may play a role beside those that it plays already."""
    played = [other for other, taken in roles.items() if taken == column]
    return not played or not ({role, *played} & set(_EXCLUSIVE))


def _settle_customer(
    roles: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]
) -> dict[str, str]:
    """Take another column as the customer, where the usual one tells less.

    It leaves many orders without a customer, or it has a value of its own for each order.
    """
    usual = roles.get("customer_id")
    if usual is None:
        return roles
    taken = {roles.get(role) for role in _EXCLUSIVE}
    likely = [
        (name_score(plain_name(column), "customer_id"), column)
        for column in sheet.columns
        if column not in taken and is_plausible("customer_id", profiles[column], column)
    ]
    others = [column for score, column in sorted(likely, reverse=True) if score > 0]
    if profiles[usual].values == 1 and sheet.rows >= MANY_ROWS:
        # One value for all of many rows is an account of the shop's own.
        usual = next((name for name in others if profiles[name].values > 1), usual)
    order_id = roles.get("order_id")
    numbers = [column for column in others if not name_score(plain_name(column), "full_name")]
    if numbers and profiles[usual].distinct > _OFTEN_DISTINCT:
        usual = returning_column(sheet, usual, numbers, order_id)
    filled = profiles[usual].filled + GAINED
    usual_names = [name for name in others if name_score(plain_name(name), "customer_id") >= 0.5]
    fuller = [name for name in usual_names if profiles[name].filled >= filled]
    return roles | {"customer_id": customer_column(sheet, usual, fuller, order_id)}


def _by_values(roles: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]) -> dict[str, str]:
    """Fill the needed roles that no name gave away from what the cells look like."""
    roles = dict(roles)
    is_named = "ordered_at" in roles and _has_amount(roles)
    if "ordered_at" not in roles:
        roles |= _date_by_values(_free_columns(roles, profiles))
    if not _has_amount(roles):
        roles |= _amount_with_cents(_free_columns(roles, profiles))
    if "customer_id" not in roles:
        free = _free_columns(roles, profiles)
        # A file whose date and amount are named in words that are known names its customer, too.
        by_values = _names_of_buyers if is_named else _customer_by_values
        roles |= _addresses(free) or by_values(free, sheet, roles)
    if not _has_amount(roles):
        roles |= _whole_amount(_free_columns(roles, profiles))
    if "order_id" not in roles and {"customer_id", "ordered_at"} <= set(roles):
        roles |= _order_by_values(_free_columns(roles, profiles), sheet, roles)
    if not {*STATUS_ROLES, "kind"} & set(roles):
        least_known = 0.9 if is_named else 0.5
        free = _free_columns(roles, profiles)
        roles |= _status_by_values(free, least_known) or _status_by_name(free)
    return roles


def _has_amount(roles: dict[str, str]) -> bool:
    return "revenue" in roles or {"quantity", "unit_price"} <= set(roles)


def _free_columns(roles: dict[str, str], profiles: dict[str, Profile]) -> dict[str, Profile]:
    """Return the columns that play no role and are not all but empty."""
    return {
        column: profile
        for column, profile in profiles.items()
        if column not in roles.values() and profile.filled > 0.05
    }


def _date_by_values(free: dict[str, Profile]) -> dict[str, str]:
    # A column named as the amount that holds dates is a mistake, and no date of orders.
    free = {name: p for name, p in free.items() if plain_name(name) not in _AMOUNT_NAMES}
    dated = {name: (p.date, p.filled) for name, p in free.items() if p.date > 0.8}
    if not dated:
        dated = {
            name: (p.day_number, p.filled)
            for name, p in free.items()
            if p.day_number > 0.95 and p.values > 2
        }
    return {"ordered_at": max(dated, key=dated.__getitem__)} if dated else {}


def _amount_with_cents(free: dict[str, Profile]) -> dict[str, str]:
    amounts = [
        (p.decimals, p.values, name)
        for name, p in free.items()
        if p.money > 0.8 and p.date < 0.5 and p.decimals > 0.3
    ]
    return {"revenue": max(amounts)[2]} if amounts else {}


def _whole_amount(free: dict[str, Profile]) -> dict[str, str]:
    amounts = [
        (p.values, name)
        for name, p in free.items()
        if p.money > 0.8 and p.date < 0.5 and p.values > 2 and not _counts_or_names(name)
    ]
    return {"revenue": max(amounts)[1]} if amounts else {}


def _counts_or_names(column: str) -> bool:
    """Return whether a column's name says that its numbers are no money.

    A file without amounts is read without them. A number of a shop or an age would be made up.
    """
    words = plain_name(column).split()
    ids = (word for word in words if word.endswith("id") and word not in ("paid", "prepaid"))
    return bool(_NO_MONEY & set(words)) or any(ids)


def _addresses(free: dict[str, Profile]) -> dict[str, str]:
    """Return the column of e-mail addresses as the customer's."""
    addresses = [
        (p.email, p.filled, name)
        for name, p in free.items()
        if p.email > 0.5 and plain_name(name) not in _AMOUNT_NAMES
    ]
    return {"customer_id": max(addresses)[2]} if addresses else {}


def _names_of_buyers(
    free: dict[str, Profile], sheet: Sheet, roles: dict[str, str]
) -> dict[str, str]:
    """Return a column named "Name" as the customer's, where the product has another name.

    Its values are words that come back in several rows, and do not number the orders.
    """
    if "product" not in roles and "kind" not in roles:
        return {}
    names = [
        name
        for name, profile in free.items()
        if plain_name(name) in _NAME_ALONE and profile.money < 0.5 and profile.date < 0.5
        if (profile.digits < 0.5 or "order_id" in roles) and profile.masked < HIDDEN
    ]
    shares = _distinct_shares(sheet, names)
    return next(({"customer_id": name} for name in names if shares[name] <= 0.9), {})


def _status_by_values(free: dict[str, Profile], least_known: float) -> dict[str, str]:
    """Return a column of which most texts are known statuses, some of them of no orders."""
    states = [
        (profile.understood, name)
        for name, profile in free.items()
        if profile.states and profile.understood >= least_known and profile.filled >= 0.8
        if profile.values > 1 and _may_be_status(plain_name(name))
    ]
    return {"status": max(states)[1]} if states else {}


def _may_be_status(name: str) -> bool:
    """Return whether a column's plain name does not deny that it holds statuses."""
    return name in _OF_TICKETS or not (says_something_else(name) or is_denied(name, "status"))


def _status_by_name(free: dict[str, Profile]) -> dict[str, str]:
    """Return a column named like a status whose texts are not known: their meaning is asked."""
    named = [
        (name_score(plain_name(name), "status"), name)
        for name, profile in free.items()
        if 2 <= profile.values <= _FEW_UNKNOWN and profile.filled >= 0.8
        if is_plausible("status", profile, name) and not _is_state(name, profile, has_address=True)
    ]
    score, name = max(named, default=(0.0, ""))
    return {"status": name} if score else {}


def _order_by_values(
    free: dict[str, Profile], sheet: Sheet, roles: dict[str, str]
) -> dict[str, str]:
    """Return the column whose values repeat, each for one customer at one time: order numbers."""
    numbers = [
        name
        for name, profile in free.items()
        if profile.digits >= 0.9 and profile.distinct > _OFTEN_DISTINCT
        if _may_be_number(name, profile) and not name_score(plain_name(name), "customer_id")
    ]
    numbered = [
        name
        for name in numbers
        if numbers_orders(sheet, name, roles["customer_id"], roles["ordered_at"])
    ]
    return {"order_id": numbered[0]} if numbered else {}


def _customer_by_values(
    free: dict[str, Profile], sheet: Sheet, roles: dict[str, str]
) -> dict[str, str]:
    """Return the customer's column and, where numbers tell both apart, the order's."""
    numbers = [name for name, profile in free.items() if _may_be_number(name, profile)]
    shares = sorted(
        (share, name) for name, share in _distinct_shares(sheet, numbers).items() if share > 0.005
    )
    # What hardly ever repeats is the order's own number; a customer comes back.
    repeating = [
        name
        for share, name in shares
        if share <= 0.98 and name_score(plain_name(name), "order_id") < 0.5
    ]
    unique = [name for share, name in shares if share > 0.98]
    return _customer_and_order(repeating, unique, "order_id" in roles)


def _may_be_number(name: str, profile: Profile) -> bool:
    """Return whether cells can be numbers of customers or orders, and the name does not deny it."""
    is_value = profile.decimals >= 0.2 or profile.date >= 0.5
    is_count = profile.integer >= 0.95 and profile.values <= MOST_PIECES and profile.length < 2
    is_answer = profile.masked >= 0.5 or profile.about >= 0.9
    if is_value or is_count or is_answer or says_something_else(plain_name(name)):
        return False
    return profile.values > 1 and profile.length < 40


def _customer_and_order(
    repeating: list[str], unique: list[str], has_order_number: bool
) -> dict[str, str]:
    """Return the roles of columns of numbers; in each list the last one differs the most."""
    if not repeating:
        return {"customer_id": unique[-1]} if unique and has_order_number else {}
    if has_order_number or not unique:
        return {"customer_id": repeating[-1]}
    return {"customer_id": repeating[-1], "order_id": unique[-1]}


def _distinct_shares(sheet: Sheet, columns: list[str]) -> dict[str, float]:
    """Return distinct cells / rows of whole columns."""
    if not columns:
        return {}
    table = sheet.table
    distinct = {sheet.column(name): table[sheet.column(name)].nunique() for name in columns}
    counts = table.aggregate(**distinct).execute().iloc[0]
    return {name: counts[sheet.column(name)] / sheet.rows for name in columns}


def _after_refunds(roles: dict[str, str], sheet: Sheet) -> dict[str, str]:
    """Tell what is left of an amount from what went back of it.

    A name that only contains a word for refunds may mean either, and the cells decide. What is left
    is the amount itself where no other column holds one.
    """
    refund, amount = roles.get("refund"), roles.get("revenue")
    if refund and amount and "adjusted" not in roles:
        is_loose = name_score(plain_name(refund), "refund") <= _LOOSE_NAME
        if is_loose and is_what_is_left(sheet, amount, refund):
            roles = {role: name for role, name in roles.items() if role != "refund"}
            return roles | {"adjusted": refund}
    if amount is None and "adjusted" in roles and is_mostly_paid(sheet, roles["adjusted"]):
        roles = {("revenue" if role == "adjusted" else role): name for role, name in roles.items()}
    return roles


def _before_returns(
    roles: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]
) -> dict[str, str]:
    """Take what was sold and what went back of it, where a further column is the difference."""
    if "revenue" not in roles or {"refund", "adjusted"} & set(roles):
        return roles
    taken = {name for role, name in roles.items() if role != "revenue"}
    amounts = [name for name, p in profiles.items() if p.money > 0.8 and name not in taken]
    returned = returned_money(sheet, amounts, roles["revenue"])
    if returned is None:
        return roles
    return roles | {"revenue": returned.sold, "refund": returned.back}


def _as_paid(roles: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]) -> dict[str, str]:
    """Take what the customer paid: before a platform's fee, after a discount, with the tax."""
    if "revenue" not in roles:
        return roles
    # A price of one piece says nothing where nobody says how many there are.
    is_spare = "unit_price" in roles and "quantity" not in roles
    taken = {name for role, name in roles.items() if not (role == "unit_price" and is_spare)}
    amounts = _likely_amounts(profiles)
    others = [
        name
        for name in profiles
        if name in amounts and name not in taken and name_score(plain_name(name), "revenue")
    ]
    amount = before_fees(sheet, roles["revenue"], others)
    sums = [name for name in amounts if name not in taken - {roles.get("unit_price")}]
    if "discount" in roles and profiles[roles["discount"]].percent == 0:
        amount = after_discount(sheet, amount, roles["discount"], sums)
    amount = with_tax(sheet, with_shipping(sheet, amount, others), sums)
    return {role: name for role, name in roles.items() if name != amount} | {"revenue": amount}


def _likely_amounts(profiles: dict[str, Profile]) -> list[str]:
    """Return the columns that are named like amounts or prices and hold some, the best first."""
    scores = {
        name: name_score(plain_name(name), "revenue")
        for name, profile in profiles.items()
        if is_plausible("revenue", profile, name)
    }
    named = [name for name in scores if scores[name] or PRICE_WORDS & set(plain_name(name).split())]
    return sorted(named, key=lambda name: -scores[name])


def _settle_amount(
    roles: dict[str, str], sheet: Sheet, profiles: dict[str, Profile]
) -> dict[str, str]:
    """Leave one way to an amount: quantity x unit price only where no column holds the amount.

    Beside an amount the unit price stays where rows may share an order: it says what each of
    them was worth.
    """
    roles = dict(roles)
    if "revenue" not in roles and "unit_price" in roles and "quantity" not in roles:
        roles["revenue"] = roles.pop("unit_price")
    if "revenue" not in roles:
        return roles
    if "quantity" in roles and profiles[roles["quantity"]].values > 1:
        is_usual = plain_name(roles["revenue"]) in _PRICES_OF_ONE
        by_rows = is_price_of_one(sheet, roles["revenue"], roles["quantity"], roles.get("product"))
        is_per_piece = is_usual if by_rows is None else by_rows
    else:
        is_per_piece = False
    if is_per_piece:
        roles["unit_price"] = roles.pop("revenue")
    elif not {"quantity", "order_id"} <= set(roles):
        roles.pop("unit_price", None)
    return roles


def _find_contacts(
    columns: Iterable[str],
    profiles: dict[str, Profile],
    order_columns: dict[str, str],
    roles: Iterable[str] = tuple(_CONTACT_ROLES),
) -> dict[str, str]:
    """Return role -> column for the contact roles and signals that the names give away.

    Args:
        columns: The file's column names.
        profiles: What their cells look like.
        order_columns: role -> column of the roles found before, which stay as they are.
        roles: Which roles to look for.
    """
    columns = tuple(columns)
    scores = [
        (name_score(plain_name(column), role), -position, role, column)
        for role in roles
        for position, column in enumerate(columns)
        if _is_free(column, role, order_columns)
    ]
    contacts: dict[str, str] = {}
    for score, _, role, column in sorted(scores, reverse=True):
        if score == 0:
            break
        is_taken = role in contacts or column in contacts.values()
        if not is_taken and is_plausible(role, profiles[column], column):
            contacts[role] = column
    return contacts


def _is_free(column: str, role: str, order_columns: dict[str, str]) -> bool:
    """Return whether every role that the column plays already shares it with this one."""
    return all(
        role in _SHARES.get(order_role, ())
        for order_role, taken in order_columns.items()
        if taken == column
    )
