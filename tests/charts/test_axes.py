"""Axes quote what a file may name."""

import json

from retention import wording
from retention.charts import axes as charts


def test_a_currency_cannot_end_the_label_expression():
    currency = "x\" + alert('1') + \""
    expression = charts.money_axis(currency).to_dict()["labelExpr"]
    sign = "(datum.value < 0 ? '−' : '') + "
    assert expression.startswith(sign)
    quoted, end = json.JSONDecoder().raw_decode(expression, len(sign))
    assert quoted == wording.symbol(currency)
    assert expression[end:].startswith(" + (abs(datum.value)")
