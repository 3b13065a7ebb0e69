"""The search for customers by their id."""

import pandas as pd

from retention.customers.search import find_customers, search_texts


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


def test_texts_are_looked_through_by_words_and_by_the_digits_of_a_phone():
    index = pd.Index(["a1", "b2", "c3"], name="customer_id")
    columns = ["orders", "revenue", "average_order_value", "last_order"]
    customers = pd.DataFrame(1, index=index, columns=columns)
    contacts = pd.DataFrame(
        {
            "email": ["Ann@Shop.example", None, "bob@x.com"],
            "phone": ["+49 170 1234567", None, None],
            "first_name": ["Änn", "Bob", None],
            "last_name": ["Lee", "**<b>x</b>**", None],
        },
        index=index,
    )
    texts = search_texts(index, contacts)

    def names(query: str) -> set[str]:
        return set(find_customers(customers, None, query, texts=texts)[0].index)

    assert names("lee änn") == {"a1"}
    assert names("SHOP.example") == {"a1"}
    assert names("0170 12345-67") == {"a1"}
    assert names("bob") == {"b2", "c3"}
    assert names("**<b>") == {"b2"}
    assert names("c3") == {"c3"}
    assert names("nobody") == set()
    assert names("  ") == set(index)
    assert search_texts(index).tolist() == ["a1", "b2", "c3"]
