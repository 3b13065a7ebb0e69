"""HTML documents that leave the app: their templates, and the app's charts drawn in them."""

from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from retention.charts.axes import number_format

#: Width of a chart in a document, in pixels.
DOCUMENT_WIDTH = 400
_ASSETS = Path(__file__).parent / "assets"


def document_template(module: str, name: str) -> Template:
    """Return the template of a document. It escapes every text, and refuses what it is not given.

    Args:
        module: The `__file__` of the module beside which the template stands.
        name: The template's file name.
    """
    environment = Environment(
        loader=FileSystemLoader([Path(module).parent, _ASSETS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template(name)


def svg_of(chart: alt.TopLevelMixin, width: int = DOCUMENT_WIDTH) -> Markup:
    """Draw a chart of the app as SVG, `width` pixels wide."""
    return svg_of_spec(chart.properties(width=width).to_dict())


def svg_of_spec(spec: dict[str, Any]) -> Markup:
    """Draw a specification of Vega-Lite with its data as SVG, on white."""
    drawn = spec | {"background": "white"}
    return Markup(
        vl_convert.vegalite_to_svg(
            drawn,
            vl_version="6.4",
            allowed_base_urls=[],
            format_locale=number_format() or None,
        )
    )
