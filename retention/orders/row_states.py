"""What became of each row's order, from its status, its kind of row and its day of cancellation."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from retention.cells.names import plain_name
from retention.cells.statuses import State, is_understood, kind_state, order_state
from retention.columns.customer_column import GUESTS
from retention.columns.mapping import Mapping
from retention.engines import trimmed
from retention.orders.contact_cells import text_or_null

#: A status column with more different texts is free text.
MAX_STATUSES = 300
# "Can still request a return until 2026-07-04".
DATE_INSIDE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*$|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*$"
#: What a status says of its row, whatever kind of row it is.
WITHOUT_MONEY = (
    State.CANCELLED,
    State.FAILED,
    State.PENDING,
    State.ABANDONED,
    State.OTHER,
)


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """What a text of the status or the kind of row means.

    Attributes:
        text: The text as it stands.
        rows: How many rows have it.
        state: What it was taken for.
        understood: Whether its words are known, or the marketer has said what it means.
    """

    text: str
    rows: int
    state: State
    understood: bool


@dataclass(frozen=True, slots=True)
class RowStates:
    """What the texts of the status and of the kind of row mean.

    Attributes:
        statuses: The statuses, the most rows first; nothing where they are free text.
        kinds: The kinds of rows, alike.
    """

    statuses: tuple[StatusMeaning, ...] = ()
    kinds: tuple[StatusMeaning, ...] = ()

    @property
    def meanings(self) -> tuple[StatusMeaning, ...]:
        """All texts, the statuses first."""
        return (*self.statuses, *self.kinds)


def read_states(raw: ir.Table, column: dict[str, str], mapping: Mapping) -> RowStates:
    """Return the meaning of each text of the status and of the kind of row.

    Args:
        raw: The sheet's rows, all text.
        column: Role -> column of `raw`.
        mapping: Its `statuses` settle what texts mean.
    """
    settled = mapping.statuses
    statuses = _counted(raw, column.get("status"))
    kinds = _counted(raw, column.get("kind"))
    return RowStates(
        statuses=tuple(
            StatusMeaning(
                text=text,
                rows=rows,
                state=_settled_state(text, settled) or order_state(text),
                understood=bool(_settled_state(text, settled)) or is_understood(text),
            )
            for text, rows in statuses.items()
        ),
        kinds=tuple(
            StatusMeaning(
                text=text,
                rows=rows,
                state=_settled_state(text, settled) or kind_state(text),
                understood=True,
            )
            for text, rows in kinds.items()
        ),
    )


def state_cell(raw: ir.Table, column: dict[str, str], states: RowStates) -> ir.StringValue:
    """Return each row's state; NULL where nothing says it.

    A status that no money came with stands. Else the kind of row goes before the status.
    """
    state = _state_of(raw, column.get("status"), states.statuses)
    if states.kinds:
        kind = _state_of(raw, column["kind"], states.kinds)
        without_money = state.isin([str(s) for s in WITHOUT_MONEY]).fill_null(False)
        is_sale = (kind == str(State.ORDER)).fill_null(True)
        state = ibis.ifelse(without_money | is_sale, ibis.coalesce(state, kind), kind)
    if "cancelled_at" in column:
        gone = text_or_null(raw[column["cancelled_at"]])
        is_gone = gone.notnull() & ~gone.lower().isin(GUESTS)
        state = ibis.ifelse(is_gone, str(State.CANCELLED), state)
    if "paid_at" in column:
        # A row of an order may leave out what another says, so blanks are read with its rows.
        is_paid = text_or_null(raw[column["paid_at"]]).notnull()
        paid = ibis.ifelse(is_paid, str(State.ORDER), ibis.null("string"))
        state = ibis.coalesce(state.nullif(str(State.ORDER)), paid)
    return state


def _settled_state(text: str, settled: dict[str, State]) -> State | None:
    """Return the meaning that is settled.

    A pattern that ends with * holds for all texts that begin so and do not stand there themselves.
    """
    name = plain_name(text)
    states = {plain_name(known): state for known, state in settled.items()}
    if name in states:
        return states[name]
    for pattern, state in settled.items():
        if pattern.endswith("*") and name.startswith(plain_name(pattern)):
            return state
    return None


def _counted(raw: ir.Table, column: str | None) -> dict[str, int]:
    """Return the rows of each text of a column, the commonest first; none for free text."""
    if column is None:
        return {}
    texts = raw.select(text=_texts(raw, column)).filter(ibis._.text != "")
    counts = texts.group_by("text").aggregate(rows=texts.count())
    frame = counts.order_by(ibis.desc("rows"), "text").limit(MAX_STATUSES + 1).to_pandas()
    if len(frame) > MAX_STATUSES:
        return {}
    return dict(zip(frame["text"], frame["rows"].astype(int), strict=True))


def _texts(raw: ir.Table, column: str) -> ir.StringValue:
    """Return a column's texts; without the dates in them, where those make them free texts."""
    cell = trimmed(raw[column])
    if raw[column].nunique().execute() <= MAX_STATUSES:
        return cell
    return trimmed(cell.re_replace(DATE_INSIDE, ""))


def _state_of(
    raw: ir.Table, column: str | None, meanings: tuple[StatusMeaning, ...]
) -> ir.StringValue:
    if column is None or not meanings:
        return ibis.null("string")
    cell = _texts(raw, column)
    states = dict.fromkeys(meaning.state for meaning in meanings)
    texts = {state: [m.text for m in meanings if m.state is state] for state in states}
    return ibis.cases(
        *[(cell.isin(of_state), str(state)) for state, of_state in texts.items()],
        else_=ibis.null("string"),
    )
