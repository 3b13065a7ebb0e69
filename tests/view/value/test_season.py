"""The season in words and as a curve."""

from datetime import date

import numpy as np

from retention.charts.value import season_chart
from retention.history.peaks import Peak
from retention.models.season.index import PLAIN, SeasonIndex
from retention.view.forecast_panels import peak_words
from retention.view.value import season
from tests.support.chart_data import drawn_rows

#: A peak at the turn of the year.
WINTER = SeasonIndex(
    coefficients=(0.4, 0.0),
    covariance=((0.001, 0.0), (0.0, 0.001)),
    reason="",
    start=date(2022, 1, 1),
    end=date(2024, 12, 31),
)


def test_the_best_and_the_weakest_month_are_named():
    words = season.words(WINTER)
    assert "sells 1.4 times an average month" in words
    assert words.startswith(("December", "January"))
    assert "July 0.7 times" in words
    assert "1 Jan 2022 to 31 Dec 2024" in words


def test_a_store_without_a_season_says_why():
    assert season.words(PLAIN) == f"The forecast knows no season: {PLAIN.reason}."


def test_days_of_a_sale_are_named_where_the_season_is_smooth():
    assert peak_words(()) == ""
    sale = Peak(day=date(2026, 11, 27), times=3.04, days=4, years=3)
    assert peak_words((sale,)) == (
        "A few days a year sell far more (late November: 3.0 times the usual). "
        "The forecast spreads them: expect more then and less around."
    )


def test_the_curve_has_twelve_months_and_the_average():
    by_month = WINTER.by_month().assign(name=list(season.MONTHS))
    spec = season_chart(by_month).to_dict()
    assert 0 < drawn_rows(spec) <= 40
    assert np.isclose(by_month["index"].mean(), 1, atol=0.01)
