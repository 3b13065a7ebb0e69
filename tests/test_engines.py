from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from retention import read_orders, summarise_customers


def test_threads_that_ask_a_file_at_once_wait_for_each_other():
    """A click may start a page beside the run of another that is still reading."""
    frame = pd.DataFrame(
        {
            "Order": [f"O{n}" for n in range(4_000)],
            "Email": [f"c{n % 700}@example.com" for n in range(4_000)],
            "Date": [f"2024-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(4_000)],
            "Total": [10.0 + n % 50 for n in range(4_000)],
        }
    )
    orders = read_orders(frame)
    alone = summarise_customers(orders)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: summarise_customers(orders), range(24)))
    for customers in together:
        pd.testing.assert_frame_equal(customers, alone)
