"""What became of each row's order: by its statuses, its kind of row and its day of cancellation."""

import re
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from retention.cells.answers import NO, YES
from retention.cells.names import plain_name
from retention.cells.statuses import (
    State,
    delivery_state,
    has_arrived,
    invoice_state,
    is_contradictory,
    is_of_invoice,
    is_of_parcel,
    is_understood,
    is_understood_kind,
    kind_state,
    order_state,
    payment_state,
    repeating_kinds,
    says_paid,
)
from retention.columns.customer_column import GUESTS
from retention.columns.mapping import Mapping
from retention.engines import trimmed
from retention.orders.contact_cells import text_or_null

#: The columns of a file that say what became of a row's order.
STATE_ROLES = frozenset(
    {"status", "payment_status", "delivery_status", "kind", "cancelled_at", "paid_at"}
    | {"test_order"}
)
#: A status column with more different texts is free text.
MAX_STATUSES = 300
# "Can still request a return until 2026-07-04".
DATE_INSIDE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*$|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*$"
_STEP = re.compile(r"view|purchase|order|search|click|^add|visit|payment|login")
#: What a status says of its row, whatever kind of row it is.
WITHOUT_MONEY = (
    State.CANCELLED,
    State.FAILED,
    State.PENDING,
    State.ABANDONED,
    State.OTHER,
)

_TextRole = Literal["status", "payment_status", "delivery_status", "kind"]
_TEXT_ROLES: tuple[_TextRole, ...] = ("status", "payment_status", "delivery_status", "kind")


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
    """What the texts of the statuses and of the kind of row mean.

    Attributes:
        statuses: The statuses, the most rows first; nothing where they are free text.
        kinds: The kinds of rows, alike.
        payments: The statuses of the payment, where they have a column of their own.
        deliveries: The statuses of the delivery, alike.
        dated: The roles whose texts hold dates, which were cut off.
    """

    statuses: tuple[StatusMeaning, ...] = ()
    kinds: tuple[StatusMeaning, ...] = ()
    payments: tuple[StatusMeaning, ...] = ()
    deliveries: tuple[StatusMeaning, ...] = ()
    dated: tuple[str, ...] = ()

    @property
    def meanings(self) -> tuple[StatusMeaning, ...]:
        """All texts, the statuses first; each once."""
        texts = (*self.statuses, *self.payments, *self.deliveries, *self.kinds)
        return tuple({meaning.text: meaning for meaning in reversed(texts)}.values())[::-1]

    @property
    def arrived(self) -> list[str]:
        """The statuses of deliveries that say that the customer has got the goods."""
        return [meaning.text for meaning in self.deliveries if has_arrived(meaning.text)]

    def of_role(self, role: _TextRole) -> tuple[StatusMeaning, ...]:
        """Return the texts of a column.

        Args:
            role: The role that the column plays.

        Returns:
            Their meanings, the most rows first.
        """
        of_roles = {
            "status": self.statuses,
            "payment_status": self.payments,
            "delivery_status": self.deliveries,
            "kind": self.kinds,
        }
        return of_roles[role]


def read_states(raw: ir.Table, column: dict[str, str], mapping: Mapping) -> RowStates:
    """Return the meaning of each text of the status and of the kind of row.

    Args:
        raw: The sheet's rows, all text.
        column: Role -> column of `raw`.
        mapping: Its `statuses` settle what texts mean.
    """
    counts: dict[str, dict[str, int]] = {}
    dated: list[str] = []
    for role in _TEXT_ROLES:
        counts[role], has_dates = _counted(raw, column.get(role))
        dated += [role] * has_dates
    statuses = counts["status"]
    # "Open" is what "Paid" is not, and stands beside "Complete" for an order that is worked on.
    is_payment = any(map(says_paid, statuses))
    is_invoice = is_payment and any(map(is_of_invoice, statuses))
    is_invoice = is_invoice and not any(map(is_of_parcel, statuses))
    state_of = invoice_state if is_invoice else payment_state if is_payment else order_state
    # "Checkout" is a cart left behind in a log of steps, and a way to buy beside "Recurring".
    kinds = counts["kind"]
    is_log = any(_STEP.search(plain_name(text)) for text in kinds)
    repeating = repeating_kinds(kinds)
    return RowStates(
        statuses=tuple(
            _meaning(text, rows, mapping, state_of(text), is_understood(text))
            for text, rows in statuses.items()
        ),
        kinds=tuple(
            _meaning(text, rows, mapping, State.OTHER, True)
            if text in repeating
            else _meaning(text, rows, mapping, _kind_state(text, is_log), is_understood_kind(text))
            for text, rows in kinds.items()
        ),
        payments=tuple(
            _meaning(text, rows, mapping, _payment_state(text), _is_understood_payment(text))
            for text, rows in counts["payment_status"].items()
        ),
        deliveries=tuple(
            _meaning(text, rows, mapping, delivery_state(text), True)
            for text, rows in counts["delivery_status"].items()
        ),
        dated=tuple(dated),
    )


def _meaning(
    text: str, rows: int, mapping: Mapping, state: State, understood: bool
) -> StatusMeaning:
    """Return what a text means: as the marketer or the platform settles it, else by its words."""
    settled = _settled_state(text, mapping.statuses)
    if is_contradictory(text):
        state, understood = State.ORDER, False
    return StatusMeaning(
        text=text, rows=rows, state=settled or state, understood=understood or settled is not None
    )


def state_cell(raw: ir.Table, column: dict[str, str], states: RowStates) -> ir.StringValue:
    """Return each row's state; NULL where nothing says it.

    A status that no money came with stands. Else the kind of row goes before the status.
    """
    state = _state_of(raw, column, "status", states)
    state = _with_payment(state, _state_of(raw, column, "payment_status", states), column)
    if states.deliveries:
        delivery = _state_of(raw, column, "delivery_status", states)
        # Cash on delivery: who has got the parcel has paid for it, whatever the shop noted.
        is_pending = _is(state, State.PENDING).fill_null(False)
        state = ibis.ifelse(is_pending & _has_arrived(raw, column, states), "order", state)
        is_order = _is(state, State.ORDER).fill_null(True)
        state = ibis.ifelse(is_order, ibis.coalesce(delivery, state), state)
    if states.kinds:
        kind = _state_of(raw, column, "kind", states)
        without_money = state.isin([str(s) for s in WITHOUT_MONEY]).fill_null(False)
        is_sale = _is(kind, State.ORDER).fill_null(True)
        state = ibis.ifelse(without_money | is_sale, ibis.coalesce(state, kind), kind)
    if "cancelled_at" in column:
        gone = text_or_null(raw[column["cancelled_at"]])
        is_gone = gone.notnull() & ~gone.lower().isin([*GUESTS, *NO])
        state = ibis.ifelse(is_gone, str(State.CANCELLED), state)
    if "paid_at" in column:
        # A row of an order may leave out what another says, so blanks are read with its rows.
        is_paid = text_or_null(raw[column["paid_at"]]).notnull()
        paid = ibis.ifelse(is_paid, str(State.ORDER), ibis.null("string"))
        state = ibis.coalesce(state.nullif(str(State.ORDER)), paid)
    if "test_order" in column:
        is_test = (
            text_or_null(raw[column["test_order"]]).lower().isin([*YES, "test"]).fill_null(False)
        )
        state = ibis.ifelse(is_test, str(State.OTHER), state)
    return state


def _is(state: ir.StringValue, wanted: State) -> ir.BooleanValue:
    """Return whether a state is a certain one; NULL where it is not known.

    Ibis compares what is NULL in every row with no text: it is no column.
    """
    return state.isin([str(wanted)])


def _with_payment(
    state: ir.StringValue, payment: ir.StringValue, column: dict[str, str]
) -> ir.StringValue:
    """Return the state of an order and its payment, where each has a status of its own.

    Each of them may say that there is no order. Whether an order was paid the payment says: an
    order that is "pending" beside a payment that was made waits for its parcel.
    """
    if "payment_status" not in column:
        return state
    is_settled = (
        state.isin([str(State.ORDER), str(State.PENDING)]).fill_null(True) & payment.notnull()
    )
    return ibis.ifelse(is_settled, payment, state)


def _has_arrived(raw: ir.Table, column: dict[str, str], states: RowStates) -> ir.BooleanValue:
    texts = states.arrived
    cell = _text(raw, column["delivery_status"], "delivery_status" in states.dated)
    return cell.isin(texts).fill_null(False) if texts else ibis.literal(False)


def _payment_state(text: str) -> State:
    """Return the state of an order whose payment has a status, or yes and no, of its own."""
    answer = text.strip().lower()
    if answer in NO:
        return State.PENDING
    state = State.ORDER if answer in YES else payment_state(text)
    return State.REFUNDED if state is State.REFUND else state


def _is_understood_payment(text: str) -> bool:
    return is_understood(text) or text.strip().lower() in YES | NO


def _kind_state(text: str, is_log: bool) -> State:
    is_way_to_buy = plain_name(text) == "checkout" and not is_log
    return State.ORDER if is_way_to_buy else kind_state(text)


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


def _counted(raw: ir.Table, column: str | None) -> tuple[dict[str, int], bool]:
    """Return the rows of each text, the commonest first, and whether dates were cut off the texts.

    Dates inside make free texts of a few statuses. Other free texts have no counts.
    """
    if column is None:
        return {}, False
    for has_dates in (False, True):
        texts = raw.select(text=_text(raw, column, has_dates)).filter(ibis._.text != "")
        counts = texts.group_by("text").aggregate(rows=texts.count())
        frame = counts.order_by(ibis.desc("rows"), "text").limit(MAX_STATUSES + 1).to_pandas()
        if len(frame) <= MAX_STATUSES:
            return dict(zip(frame["text"], frame["rows"].astype(int), strict=True)), has_dates
    return {}, False


def _text(raw: ir.Table, column: str, has_dates: bool) -> ir.StringValue:
    cell = trimmed(raw[column])
    return trimmed(cell.re_replace(DATE_INSIDE, "")) if has_dates else cell


def _state_of(
    raw: ir.Table, column: dict[str, str], role: _TextRole, states: RowStates
) -> ir.StringValue:
    """Return what each row's text of a role means; NULL where it says nothing."""
    meanings = states.of_role(role)
    if role not in column or not meanings:
        return ibis.null("string")
    cell = _text(raw, column[role], role in states.dated)
    of_state: dict[State, list[str]] = {}
    for meaning in meanings:
        of_state.setdefault(meaning.state, []).append(meaning.text)
    return ibis.cases(
        *[(cell.isin(texts), str(state)) for state, texts in of_state.items()],
        else_=ibis.null("string"),
    )
