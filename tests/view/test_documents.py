import altair as alt
import pandas as pd
import pytest
from jinja2 import UndefinedError

from retention.view.documents import document_template, svg_of, svg_of_spec


@pytest.fixture
def template(tmp_path):
    (tmp_path / "letter.html").write_text("<p>{{ name }}</p>", encoding="utf-8")
    return document_template(str(tmp_path / "letter.py"), "letter.html")


def test_text_is_escaped(template):
    assert template.render(name="<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"


def test_what_is_not_given_is_refused(template):
    with pytest.raises(UndefinedError):
        template.render()


def test_a_chart_is_drawn_on_white_as_wide_as_asked():
    chart = alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_bar().encode(x="x:Q")
    drawing = svg_of(chart, 300)
    assert drawing.startswith("<svg")
    assert 'fill="white"' in drawing
    assert svg_of_spec(chart.properties(width=300).to_dict()) == drawing
