"""The column check keeps contact details and signals apart, and takes them as set there."""

from retention.columns.roles import CONTACT_ROLES, SIGNAL_ROLES
from tests.pages.steps import button, order_file, select, unfold, upload

HEADER = "Order,Email,Date,Total,Mobile,Accepts marketing,Notes"


def store() -> bytes:
    return order_file(
        [
            f"{i},b{i % 20}@example.com,2024-0{1 + i % 9}-13,{20 + i}.50,+16175550100,yes,open"
            for i in range(60)
        ],
        HEADER,
    )


def test_contact_details_and_signals_have_a_place_of_their_own(front):
    at = upload(front, store())
    assert not at.exception
    labels = [expander.label for expander in at.expander]
    assert any(label.startswith("More columns (0 found)") for label in labels)
    assert "Contact details and signals (3 found)" in labels
    at = unfold(at, "Contact details")
    boxes = {
        box.label
        for expander in at.expander
        if "Contact" in expander.label
        for box in expander.selectbox
    }
    assert boxes == {role.label for role in (CONTACT_ROLES | SIGNAL_ROLES).values()}
    assert select(at, "Phone").value == "Mobile"
    assert select(at, "E-mail").value == "Email"


def test_a_signal_set_by_hand_is_in_the_orders_that_are_used(front):
    at = unfold(upload(front, store()), "Contact details")
    at = select(at, "Complaint").set_value("Notes").run()
    at = button(at, "Use these orders").click().run()
    assert not at.exception
    assert {"complaint", "phone", "consent"} <= set(
        at.session_state["loaded_orders"].orders.table.columns
    )
