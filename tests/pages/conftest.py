"""Sessions that more than one page's tests start from; each test gets its own."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.steps import button, open_app


@pytest.fixture
def front() -> AppTest:
    """The front page with nothing loaded."""
    return open_app().run()


@pytest.fixture
def cdnow(front) -> AppTest:
    """The front page with CDNOW loaded."""
    return button(front, "Open CDNOW").click().run()
