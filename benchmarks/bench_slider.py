"""The segments page with 1,000,000 customers: from a slider's key press to the redrawn count.

    python -m benchmarks.bench_slider [--customers 1000000] [--port 8621]

How it is measured stands in `benchmarks.redraws`.
"""

from benchmarks.redraws import EMPTY_SLIDER, Watched, options, page_of_app, redraws, report


def main() -> None:
    """Print both medians and their ratio."""
    chosen = options(__doc__, 8621)
    pages = {
        "empty": EMPTY_SLIDER,
        "segments": Watched(page_of_app("segments"), ".st-key-repeat input", ".segs"),
    }
    report(redraws(pages, chosen.customers, chosen.port, chosen.chrome), chosen.customers)


if __name__ == "__main__":
    main()
