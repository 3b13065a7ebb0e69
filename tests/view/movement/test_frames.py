"""The rows of the movement drawing: widths, order, and places of the words."""

import numpy as np
import pandas as pd
import pytest

from retention import STAGES
from retention.charts import movement as charts, palette
from retention.segments.movement import FROM, NOT_YET
from retention.view.movement import frames

NAN = float("nan")


def moves_of(*rows, scored=True):
    columns = [
        "from",
        "to",
        "customers",
        "revenue_before",
        "revenue_between",
        "value_before",
        "value_after",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame[["value_after_low", "value_after_high"]] = frame[["value_after"]].to_numpy() * [0.8, 1.2]
    if not scored:
        frame[["value_before", "value_after", "value_after_low", "value_after_high"]] = NAN
    return frame.astype(
        {
            "from": pd.CategoricalDtype(list(FROM), True),
            "to": pd.CategoricalDtype(list(STAGES), True),
        }
    )


MOVES = moves_of(
    ("vip", "vip", 100, 900, 90, 500, 600),
    ("vip", "at_risk", 40, 400, 10, 200, 100),
    ("lapsed", "lapsed", 600, 900, 0, 60, 40),
    ("at_risk", "vip", 10, 100, 50, 30, 60),
    (NOT_YET, "new", 50, 0, 70, 0, 80),
)


def heights(frame, top="top", bottom="bottom"):
    return (frame[bottom] - frame[top]).to_numpy()


@pytest.mark.parametrize("stayed", [True, False])
@pytest.mark.parametrize("measure", [frames.CUSTOMERS, frames.VALUE])
def test_bands_fill_the_stages_they_join(measure, stayed):
    bands, nodes = frames.flow_frames(MOVES, measure, stayed, "EUR")
    assert len(bands) == (5 if stayed else 3)
    left, right = frames.columns_of(measure)
    rows = MOVES.set_index(["from", "to"]).loc[
        list(zip(bands["origin"], bands["target"], strict=True))
    ]
    widths = heights(bands, "top_left", "bottom_left"), heights(bands, "top_right", "bottom_right")
    scale = widths[1].sum() / rows[right].sum()
    assert widths[0] == pytest.approx(rows[left].to_numpy() * scale)
    assert widths[1] == pytest.approx(rows[right].to_numpy() * scale)
    for side, column, top, bottom in (
        (0, "origin", "top_left", "bottom_left"),
        (1, "target", "top_right", "bottom_right"),
    ):
        for node in nodes[nodes["side"] == side].to_dict("records"):
            own = bands[bands[column] == node["stage"]].sort_values(top)
            assert own[top].iloc[0] == pytest.approx(node["top"])
            assert own[bottom].iloc[-1] <= node["bottom"] + 1e-9
            assert own[top].to_numpy()[1:] == pytest.approx(own[bottom].to_numpy()[:-1])
    assert nodes["bottom"].max() <= 1 + len(nodes) * frames.LEAST


def test_stages_are_named_coloured_and_apart():
    _, nodes = frames.flow_frames(MOVES, frames.CUSTOMERS, True, None)
    start = nodes[nodes["side"] == 0]
    assert start["name"].tolist() == ["VIP", "At risk", "Lapsed", "No order yet"]
    assert start["amount"].tolist() == ["140", "10", "600", "50"]
    assert start["colour"].tolist()[:3] == [
        palette.STAGE_COLOURS[stage] for stage in ("vip", "at_risk", "lapsed")
    ]
    for _, side in nodes.groupby("side"):
        assert (np.diff(side["words_at"]) >= frames.LINE - 1e-9).all()
        assert (side["top"].to_numpy()[1:] - side["bottom"].to_numpy()[:-1]) == pytest.approx(
            frames.GAP
        )


def test_bands_say_what_moved():
    bands, _ = frames.flow_frames(MOVES, frames.VALUE, False, "EUR")
    row = bands.set_index("flow").loc["VIP → At risk"]
    assert (row["customers"], row["before"], row["after"], row["between"]) == (
        40,
        "€200",
        "€100",
        "€80.00 to €120",
    )
    assert row["colour"] == palette.STAGE_COLOURS["at_risk"]
    assert frames.flow_name("lapsed", "lapsed") == "Lapsed, stayed"


def test_nobody_who_moved_is_nothing_to_draw():
    bands, nodes = frames.flow_frames(
        MOVES[MOVES["from"].astype(str) == MOVES["to"].astype(str)], "Customers", False, None
    )
    assert bands.empty
    assert nodes.empty


def test_without_a_model_customers_are_drawn_and_value_is_a_dash():
    moves = moves_of(("repeat", "at_risk", 3, 30, 0, 0, 0), scored=False)
    bands, _ = frames.flow_frames(moves, frames.CUSTOMERS, False, None)
    assert bands[["before", "after", "between"]].iloc[0].tolist() == ["–"] * 3
    assert frames.table_frame(moves, False, None)["customers"].tolist() == [3]


def test_the_table_lists_the_most_valuable_first_and_the_file_has_all():
    table = frames.table_frame(MOVES, False, None)
    assert table[["origin", "target"]].to_numpy().tolist()[0] == ["VIP", "At risk"]
    assert table["change"].tolist() == [-100, 80, 30]
    lines = frames.moves_csv(MOVES).decode("utf-8-sig").splitlines()
    assert len(lines) == len(MOVES) + 1
    assert lines[1].startswith("vip,vip,100,900")


def test_the_chart_draws_few_rows():
    bands, nodes = frames.flow_frames(MOVES, frames.CUSTOMERS, True, None)
    spec = charts.flow_chart(bands, nodes, "1 Jan 2024", "31 Mar 2024").to_dict()
    assert max(map(len, spec["datasets"].values())) <= 56
    assert {"hover", "picked"} <= {param["name"] for param in spec["params"]}
