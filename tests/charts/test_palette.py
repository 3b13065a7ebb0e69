"""The colours keep their meanings apart: under colour blindness, on both themes, and as text."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from retention.charts import palette
from retention.segments.rules import STAGES, TRAITS

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# OKLab, Ottosson 2020.
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def difference(one, other, vision):
    seen = [np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1) for colour in (one, other)]
    lab = [LAB @ np.cbrt(CONES @ rgb) for rgb in seen]
    return float(np.linalg.norm(lab[0] - lab[1]))


def contrast(one, other):
    light, dark = sorted(
        (float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (one, other)), reverse=True
    )
    return light / dark


@pytest.mark.parametrize("vision", VISION)
def test_stage_colours_stay_apart(vision):
    for one, other in combinations(palette.STAGE_COLOURS, 2):
        found = difference(palette.STAGE_COLOURS[one], palette.STAGE_COLOURS[other], vision)
        assert found > 0.085, f"{one} and {other} look alike"


def test_every_stage_and_trait_has_its_own_colour():
    assert tuple(palette.STAGE_COLOURS) == STAGES
    assert tuple(palette.TRAIT_COLOURS) == TRAITS
    colours = [*palette.STAGE_COLOURS.values(), *palette.TRAIT_COLOURS.values()]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_drawn_colours_stand_out_from_the_background(theme):
    drawn = [
        *palette.STAGE_COLOURS.values(),
        *palette.TRAIT_COLOURS.values(),
        palette.ACCENT,
        palette.NEUTRAL,
    ]
    assert all(contrast(colour, palette.BACKGROUNDS[theme]) > 2.2 for colour in drawn)
    assert contrast(palette.ACCENT, palette.BACKGROUNDS[theme]) > 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_meets_wcag_aa(theme):
    settings = CONFIG["theme"][theme]
    page = settings["backgroundColor"]
    assert page == palette.BACKGROUNDS[theme]
    grounds = [page, settings["secondaryBackgroundColor"], settings["sidebar"]["backgroundColor"]]
    for name in ("textColor", "linkColor", "grayTextColor"):
        for ground in grounds:
            assert contrast(settings[name], ground) >= 4.5, f"{name} on {ground}"
    for name in ("greenTextColor", "orangeTextColor", "redTextColor"):
        assert contrast(settings[name], page) >= 4.5
    assert contrast("#FFFFFF", settings["primaryColor"]) >= 4.5, "a primary button's label"
    assert contrast(settings["primaryColor"], page) >= 3, "the button itself"
    header = settings["dataframeHeaderBackgroundColor"]
    assert contrast(settings["dataframeHeaderTextColor"], header) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_quiet_text_and_words_in_charts_meet_wcag_aa(theme):
    style = (ROOT / "retention" / "view" / "assets" / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z-]+): light-dark\((.+?)\);", style))
    place = ["light", "dark"].index(theme)
    shown = {name: pair.split(", ")[place] for name, pair in colours.items()}
    settings = CONFIG["theme"][theme]
    assert shown["quiet-text"] == settings["grayTextColor"].lower()
    grounds = [settings["backgroundColor"], settings["secondaryBackgroundColor"]]
    grounds.append(settings["sidebar"]["backgroundColor"])
    for ground in grounds:
        assert contrast(shown["quiet-text"], ground) >= 4.5
        assert contrast(shown["focus"], ground) >= 4.5, "the ring around what has the focus"
    assert contrast(shown["warning-text"], settings["backgroundColor"]) >= 4.5
    # Words among marks have the page's text colour, 80% opaque at the least.
    assert palette.TEXT == "currentColor"
    text, page = settings["textColor"], settings["backgroundColor"]
    channels = [
        round(0.8 * int(text[i : i + 2], 16) + 0.2 * int(page[i : i + 2], 16)) for i in (1, 3, 5)
    ]
    assert contrast("#{:02x}{:02x}{:02x}".format(*channels), page) >= 4.5


def test_no_words_of_a_chart_have_a_fixed_grey():
    for module in (ROOT / "retention" / "charts").glob("*.py"):
        calls = re.findall(r"mark_text\((.*?)\)\s*\.?", module.read_text("utf-8"), re.DOTALL)
        assert not [call for call in calls if "NEUTRAL" in call], module.name


def test_the_theme_draws_with_the_palette():
    assert CONFIG["theme"]["chartCategoricalColors"][0] == palette.ACCENT
    assert set(palette.STAGE_COLOURS.values()) <= set(CONFIG["theme"]["chartCategoricalColors"])


def test_stylesheets_draw_with_the_palette():
    style = (ROOT / "retention" / "view" / "assets" / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z-]+): (.+?);", style))
    light, dark = (CONFIG["theme"][theme]["orangeTextColor"] for theme in ("light", "dark"))
    assert colours["accent"] == palette.ACCENT.lower()
    assert colours["gain"] == palette.GAIN.lower()
    assert colours["loss"] == palette.LOSS.lower()
    assert colours["page"] == "light-dark({light}, {dark})".format(**palette.BACKGROUNDS).lower()
    assert colours["warning-text"] == f"light-dark({light}, {dark})".lower()


def test_nothing_leaves_the_machine_and_no_traceback_reaches_the_page():
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["disableDataExport"] is True
    assert CONFIG["client"]["showSidebarNavigation"] is False
    assert CONFIG["server"]["enableCORS"] is True
    assert CONFIG["server"]["enableXsrfProtection"] is True
    assert "address" not in CONFIG["server"]
