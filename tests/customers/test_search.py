"""The search for customers by their id."""

import pandas as pd

from retention.customers.search import find_customers


def test_search_reads_text_not_patterns_and_puts_the_best_first():
    index = pd.Index(["Ann@x.com", "bob@x.com", "a.*n", "ann2"], name="customer_id")
    columns = ["orders", "revenue", "average_order_value", "last_order"]
    customers = pd.DataFrame(1, index=index, columns=columns)
    scores = pd.DataFrame({"cltv": [1.0, 9.0, 5.0, 3.0]}, index=index)
    found, total = find_customers(customers, scores, " ANN ")
    assert (found.index.tolist(), total) == (["ann2", "Ann@x.com"], 2)
    assert find_customers(customers, scores, "a.*n")[0].index.tolist() == ["a.*n"]
    best, total = find_customers(customers, scores, limit=2)
    assert (best.index.tolist(), total) == (["bob@x.com", "a.*n"], 4)
    assert find_customers(customers, scores, "nobody")[1] == 0


def test_without_scores_the_highest_revenue_comes_first():
    columns = ["orders", "revenue", "average_order_value", "last_order"]
    customers = pd.DataFrame(1, index=pd.Index(["ann", "bob"], name="customer_id"), columns=columns)
    customers["revenue"] = [5.0, 7.0]
    rows, total = find_customers(customers, None)
    assert (rows.index.tolist(), list(rows.columns), total) == (["bob", "ann"], columns, 2)
