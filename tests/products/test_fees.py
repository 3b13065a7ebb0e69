"""Lines that are no goods are told by their names, and goods with like names stay goods."""

import pytest

import retention
from retention.products.fees import fee_names
from tests.products.examples import store_of

NO_GOODS = [
    "POSTAGE", "DOTCOM POSTAGE", "CARRIAGE", "AMAZON FEE", "Bank Charges", "Adjust bad debt",
    "Discount", "Standard shipping", "Shipping & Handling", "Express-Versand", "Versandkosten",
    "Frais de port", "Gastos de envío", "Spese di spedizione", "Verzendkosten", "ค่าจัดส่ง",
    "送料", "Free delivery", "Tip", "DHL shipping fee",
]  # fmt: skip
GOODS = [
    "Postage stamp cushion", "Shipping box 30 cm", "Delivery truck toy", "Tip-top towel",
    "Discount shopper's guide", "Postman's bag", "Carriage clock", "SAMPLES", "Gift voucher £10",
    "Manual", "Free range eggs", "First class tie", "Royal mail van", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_GOODS)
def test_postage_and_fees_are_no_goods(name):
    assert fee_names([name]) == (name,)


@pytest.mark.parametrize("name", GOODS)
def test_goods_with_like_names_stay(name):
    assert fee_names([name]) == ()


def test_a_history_leaves_them_out_and_names_them():
    orders = store_of(
        [("ann", 0, ["Tea", "Postage"]), ("ann", 9, ["Tea"]), ("bob", 3, ["POSTAGE"])]
    )
    history = retention.product_history(orders)
    assert history.products.tolist() == ["Tea"]
    assert history.fees == ("POSTAGE", "Postage")
    assert retention.product_table(history)["orders"].to_dict() == {"Tea": 2}
    history.release()
