"""The rows of the grid and of the files of the RFM page."""

import pytest

from retention import RfmRules, summarise_customers, to_csv
from retention.segments.rfm_totals import place_rfm, prepare_rfm, summarise_rfm
from retention.view.rfm import frames
from tests.support.sample_store import shared_sample


@pytest.fixture(scope="module")
def customers():
    return summarise_customers(shared_sample("cdnow"))


def test_the_grid_marks_the_group_or_the_cell_that_is_chosen(customers):
    inputs = prepare_rfm(customers)
    places = place_rfm(inputs, RfmRules())
    _, cells = summarise_rfm(inputs, places)
    rows = frames.grid_frame(cells, inputs.fifths, "Customers", "Champions", None, None)
    assert (rows["chosen"] == "group").sum() == 3
    rows = frames.grid_frame(cells, inputs.fifths, "Customers", "Champions", (5, 4), None)
    assert rows.loc[rows["chosen"] == "cell", ["recency", "mean"]].to_numpy().tolist() == [[5, 4]]
    assert rows["strength"].max() == 1
    assert rows.loc[rows["customers"] == 0, "words"].eq("–").all()


def test_a_group_file_has_scores_and_is_safe_for_a_spreadsheet(customers):
    places = place_rfm(prepare_rfm(customers), RfmRules())
    risky = customers.rename(index={customers.index[0]: "=1+1"})
    content = to_csv(frames.group_list(risky, None, places, None, None)).decode("utf-8-sig")
    content = content.splitlines()
    assert content[0].startswith(
        "customer_id,rfm_group,recency_score,frequency_score,monetary_score"
    )
    assert len(content) == len(customers) + 1
    assert any(line.startswith("'=1+1,") for line in content)
    lost = to_csv(frames.group_list(customers, None, places, "Lost", None)).decode("utf-8-sig")
    lost = lost.splitlines()
    assert all(",Lost,1,1,1," in line for line in lost[1:])
