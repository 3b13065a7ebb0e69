"""How long the page of one customer takes on the server: opened, chosen, searched.

    python -m benchmarks.bench_customer [--choices 20]

It runs the page on the sample store (37,000 orders) as a browser's session would, without the
browser. A choice includes the query of the customer's orders. An empty page is what Streamlit's
test session takes by itself.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[1]
NAMES = ("liam", "emma lopez", "example.net", "nobody of this name")


def seconds(act: Callable[[], Any]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choices", type=int, default=20)
    choices = parser.parse_args().choices
    empty = AppTest.from_string("import streamlit as st\nst.title('Empty')").run()
    print(f"an empty page         {seconds(empty.run):.3f} s")
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    next(button for button in at.button if button.label == "Open the sample store").click().run()
    at.switch_page("pages/customer.py")
    print(f"opened                {seconds(at.run):.3f} s")
    times = []
    for place in range(1, 1 + choices):
        at.selectbox[0].select_index(7 * place % 200)
        times.append(seconds(at.run))
    print(f"chosen                {statistics.median(times):.3f} s, at most {max(times):.3f} s")
    times = []
    for name in NAMES:
        at.text_input(key="customer_query").set_value(name)
        times.append(seconds(at.run))
    print(f"searched              {statistics.median(times):.3f} s, at most {max(times):.3f} s")


if __name__ == "__main__":
    main()
