"""The table of the plans holds what each assumes and should bring."""

from datetime import date

from retention.view.campaigns.saving import plans_table


def test_each_plan_is_a_row_with_its_assumptions_and_results(plan, plan_for_nobody):
    table = plans_table(
        {"Win back": plan, "Too dear": plan_for_nobody}, date(1997, 9, 30), date(1997, 9, 1)
    )
    table = table.set_index("campaign")
    assert table.index.tolist() == ["Win back", "Too dear"]
    row, figures = table.loc["Win back"], plan.economics
    assert row["segments"] == "Lapsed + At risk"
    assert row["starts_on"] == date(1997, 10, 1)
    assert (row["lift"], row["offer"], row["offer_value"]) == (0.05, "percentage", 0.1)
    assert (row["addressed"], row["held_out"]) == (figures.customers, plan.held)
    assert (row["cost"], row["gain"]) == (round(figures.cost, 2), round(figures.gain.expected, 2))
    assert row["gain_low"] < row["gain"] < row["gain_high"]
    assert table.loc["Too dear", ["addressed", "cost", "gain"]].tolist() == [0, 0, 0]


def test_a_campaign_never_starts_in_the_past(plan):
    end, today = date(1997, 9, 30), date(2026, 3, 1)
    assert plans_table({"Win back": plan}, end, today)["starts_on"].tolist() == [today]


def test_no_plan_is_an_empty_table():
    assert plans_table({}, date(1997, 9, 30)).empty
