"""Which of two columns of statuses says more: that of the order, or that of its payment."""

from retention.cells.statuses import State, order_state
from retention.sheets.sheet import Sheet

#: Columns with more different pairs of statuses are not compared.
MOST_PAIRS = 1_000
#: At least this share of the rows that the usual status leaves out are left out by the other.
COVERED = 0.95


def tells_more(sheet: Sheet, usual: str, other: str) -> bool:
    """Return whether a column leaves out what the usual one leaves out, and further rows.

    Args:
        sheet: The file.
        usual: The column that is taken as the status as a rule.
        other: Another column whose texts are statuses.
    """
    table = sheet.table
    cells = table.select(
        usual=table[sheet.column(usual)].fill_null("").strip(),
        other=table[sheet.column(other)].fill_null("").strip(),
    )
    pairs = cells.group_by("usual", "other").agg(rows=cells.count())
    frame = pairs.limit(MOST_PAIRS + 1).to_pandas()
    if len(frame) > MOST_PAIRS:
        return False
    left_by_usual = frame["usual"].map(order_state) != State.ORDER
    left_by_other = frame["other"].map(order_state) != State.ORDER
    rows = frame["rows"]
    covered = rows[left_by_usual & left_by_other].sum()
    is_covered = covered >= COVERED * rows[left_by_usual].sum()
    return bool(is_covered and rows[left_by_other].sum() > rows[left_by_usual].sum())
