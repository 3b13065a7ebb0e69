"""Settings and data that every test shares."""

import gc
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from retention import Orders, read_orders

# A property test fails for what it shows, never because the machine was busy.
settings.register_profile("retention", deadline=None)
settings.load_profile("retention")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data",
        type=Path,
        default=Path(__file__).parents[2] / "shared" / "data",
        help="Folder that holds online_retail.csv.gz (UCI Online Retail, doi 10.24432/C5BW33).",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector pass over imports and tests, which stay until the end."""
    gc.collect()
    gc.freeze()
    session.config.add_cleanup(gc.unfreeze)  # or libraries that count what is left complain


@pytest.fixture(scope="session", autouse=True)
def packages_looked_through_once():
    """AppTest looks for components in every installed package, anew in each session it opens."""
    with pytest.MonkeyPatch.context() as patch:
        looked_through = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", looked_through)
        yield


@pytest.fixture(scope="session")
def online_retail_file(request: pytest.FixtureRequest) -> Path:
    """UCI Online Retail as a file; a test that needs it is skipped where it is not there."""
    path = request.config.getoption("--data") / "online_retail.csv.gz"
    if not path.exists():
        pytest.skip(f"UCI Online Retail is not at {path}: name its folder with --data.")
    return path


@pytest.fixture(scope="session")
def online_retail(online_retail_file: Path) -> Orders:
    """The orders of UCI Online Retail."""
    return read_orders(online_retail_file)
