"""The names of the cohorts page's files."""

from types import SimpleNamespace

from retention.view.cohorts import frames
from retention.view.cohorts.data import file_name
from tests.support.sample_store import shared_sample


def test_a_files_name_says_what_makes_the_cohorts_and_of_which_days():
    data = SimpleNamespace(orders=shared_sample("cdnow"))
    view = frames.CohortView("month", by=None, show="Share", cohorts=24, ages=12)
    assert file_name("cohorts", view, data) == "cohorts-by-month-1997-01-01-to-1998-06-30.csv"
    view = frames.CohortView("month", "channel", "Share", 24, 12)
    assert file_name("second-orders", view, data).startswith("second-orders-by-channel-1997")
