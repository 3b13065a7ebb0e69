from pathlib import Path

import altair as alt
import pandas as pd
import pytest
from jinja2 import UndefinedError

import retention.view
from retention.view.documents import document_template, svg_of, svg_of_spec

VIEW = Path(retention.view.__file__).parent


@pytest.fixture
def template(tmp_path):
    (tmp_path / "letter.html").write_text("<p>{{ name }}</p>", encoding="utf-8")
    return document_template(str(tmp_path / "letter.py"), "letter.html")


def test_text_is_escaped(template):
    assert template.render(name="<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_what_is_not_given_is_refused(template):
    with pytest.raises(UndefinedError):
        template.render()


SHOWN = {"narrowest": 260, "gap": 1, "beside": 3, "tallest": 52}


@pytest.mark.parametrize("name", ["results/result.html", "campaigns/brief.html"])
def test_a_brief_and_a_result_take_their_head_from_one_part(name):
    source = (VIEW / name).read_text(encoding="utf-8")
    assert source.startswith('{% extends "figures.html" %}')
    assert "@page" not in source
    head = document_template(str(VIEW / name), "figures.html").render(title="Spring", **SHOWN)
    assert "@page { size: A4" in head
    assert "minmax(min(100%, 260px), 1fr)" in head


def test_a_chart_is_drawn_on_white_as_wide_as_asked():
    chart = alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_bar().encode(x="x:Q")
    drawing = svg_of(chart, 300)
    assert drawing.startswith("<svg")
    assert 'fill="white"' in drawing
    assert svg_of_spec(chart.properties(width=300).to_dict()) == drawing
