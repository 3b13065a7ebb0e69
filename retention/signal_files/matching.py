"""Whose row is it? The customers of the orders that a file of signals names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from retention.cells.phone_keys import find_phone_style, phone_key
from retention.sheets.sheet import Sheet

#: Digits of the shortest text that may be a phone number.
_SHORTEST_PHONE = 7
_PHONE = r"[+\d\s().'/-]+"


def match_customers(texts: pd.Series, customers: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """Return whose rows these are.

    A text is the customer's id, else an e-mail address or a phone number of the customer, else the
    id in other letters. Where customers share an address, the row is about each of them.

    Args:
        texts: Who each row is about, as `customer_text` reads it; missing where nobody is named.
        customers: Indexed by `customer_id`; its `email` and `phone` are used where they are there.
        sheet: The file, in whose engine phones are read.

    Returns:
        `row` (a place in `texts`) and `customer` (a place in `customers`), sorted by both.
    """
    codes, distinct = pd.factorize(texts)
    names = pd.Series(np.asarray(distinct, dtype=object), dtype=object)
    open_names = pd.Series(True, index=names.index)
    pairs: list[pd.DataFrame] = []
    for asked, known in _tiers(names, customers, sheet):
        wanted = asked[open_names & (asked != "")]
        known = known[known != ""]
        of_customer = pd.DataFrame({"key": known.to_numpy(), "customer": known.index})
        of_name = pd.DataFrame({"key": wanted.to_numpy(), "name": wanted.index})
        met = of_name.merge(of_customer, on="key")
        pairs.append(met[["name", "customer"]])
        open_names[met["name"]] = False
        if not open_names.any():
            break
    met = (
        pd.concat(pairs).drop_duplicates() if pairs else pd.DataFrame(columns=["name", "customer"])
    )
    rows = pd.DataFrame({"row": np.arange(len(codes)), "name": codes})
    rows = rows[rows["name"] >= 0].merge(met.astype("int64"), on="name")
    return rows[["row", "customer"]].sort_values(["row", "customer"], ignore_index=True)


def _tiers(
    names: pd.Series, customers: pd.DataFrame, sheet: Sheet
) -> list[tuple[pd.Series, pd.Series]]:
    """The keys of the file's texts and of the customers, the surest pair first."""
    ids = pd.Series(customers.index.astype("str"), dtype=object)
    tiers = [(names, ids)]
    lower = names.str.lower().str.lstrip("'")
    if "email" in customers:
        addresses = customers["email"].reset_index(drop=True).astype("str").str.lower()
        addresses = addresses.str.replace(r"\s", "", regex=True)
        addresses = addresses.where(addresses.str.contains("@"), "").fillna("").astype(object)
        tiers.append((lower.where(lower.str.contains("@"), ""), addresses))
    tiers += _phones(names, ids, customers, sheet)
    tiers.append((lower, ids.str.lower()))
    return tiers


def _phones(
    names: pd.Series, ids: pd.Series, customers: pd.DataFrame, sheet: Sheet
) -> list[tuple[pd.Series, pd.Series]]:
    """The keys of phone numbers, where both the file and the customers have some."""
    asked = names.where(_may_be_phone(names), "")
    known = [ids.where(ids.str.startswith("+"), "")]
    if "phone" in customers:
        phones = customers["phone"].reset_index(drop=True).astype(object)
        known.append(phones.where(phones.notna(), "").astype("str").astype(object))
    known = [column for column in known if (column != "").any()]
    if not (asked != "").any() or not known:
        return []
    # The customers' numbers with a calling code say which country a bare number belongs to.
    everybody = pd.concat([asked, *known])
    keys = _phone_keys(everybody[everybody != ""].drop_duplicates(), sheet)
    return [(asked.map(keys).fillna(""), column.map(keys).fillna("")) for column in known]


def _may_be_phone(names: pd.Series) -> pd.Series:
    digits = names.str.replace(r"\D", "", regex=True).str.len()
    return names.str.fullmatch(_PHONE) & (digits >= _SHORTEST_PHONE)


def _phone_keys(phones: pd.Series, sheet: Sheet) -> dict[str, str]:
    """Each text's number with its calling code, as orders know customers by their phones."""
    table = sheet.con.create_table(
        "signal_phones", pa.table({"phone": pa.array(phones, pa.string())}), overwrite=True
    )
    style = find_phone_style(table, "phone", None)
    read = table.select("phone", key=phone_key(table["phone"], style)).to_pandas()
    sheet.con.drop_table("signal_phones")
    known = read[read["key"].notna()]
    return dict(zip(known["phone"], known["key"], strict=True))
