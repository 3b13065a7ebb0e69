"""Which of two columns of amounts is what was paid, where the platform's fee lies between them."""

from retention.cells.money import find_money_style, read_money
from retention.cells.names import plain_name
from retention.sheets.sheet import Sheet

#: Words in the name of a column of what the platform keeps.
FEE_WORDS = frozenset(
    {"fee", "fees", "commission", "commissions", "gebuhr", "gebuhren", "provision", "comision"}
    | {"comisiones", "comissao", "frais", "commissione", "prowizja", "komisi", "komisyon"}
)
#: At least this share of the rows with a fee must add up.
ADD_UP = 0.95


def before_fees(sheet: Sheet, amount: str, others: list[str]) -> str:
    """Return the column of what was paid, where the amount has a fee taken off already.

    Args:
        sheet: The file.
        amount: The column that is taken as the amount as a rule.
        others: Other columns whose names say that they are amounts.
    """
    fees = [name for name in sheet.columns if FEE_WORDS & set(plain_name(name).split())]
    fees = [name for name in fees if name != amount]
    for fee in fees:
        for other in others:
            if _adds_up(sheet, other, fee, amount):
                return other
    return amount


def _adds_up(sheet: Sheet, paid: str, fee: str, left: str) -> bool:
    """Return whether paid - fee = left on nearly all rows with a fee."""
    table = sheet.table
    columns = {"paid": paid, "fee": fee, "left": left}
    numbers = {}
    for name, column in columns.items():
        key = sheet.column(column)
        numbers[name] = read_money(table, key, find_money_style(table, key))
    rows = table.select(**numbers)
    rows = rows.filter((rows.fee.abs() > 0.004) & rows.paid.notnull() & rows.left.notnull())
    difference = (rows.paid - rows.fee.abs() - rows.left).abs()
    facts = rows.aggregate(rows=rows.count(), equal=(difference < 0.015).sum().fill_null(0))
    counts = facts.execute().iloc[0]
    return bool(counts["rows"] > 0 and counts.equal >= ADD_UP * counts["rows"])
