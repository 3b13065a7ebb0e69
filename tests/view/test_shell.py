"""The menu holds every page that exists, and nothing else."""

from pathlib import Path

import pytest

from retention.view import forecast_chip, shell, widgets


def test_the_menu_and_the_pages_folder_agree():
    files = {f"pages/{path.name}" for path in (shell.ROOT / "pages").glob("*.py")}
    listed = {page.path for page in shell.pages()}
    assert listed == files | {shell.FRONT_PAGE}


def test_a_page_that_does_not_exist_is_not_listed(monkeypatch):
    missing = shell.Page(
        path="pages/not_there.py",
        title="Not there",
        icon=":material/home:",
        question="Is it there?",
        group="Customers",
    )
    monkeypatch.setattr(shell, "PAGES", (*shell.PAGES, missing))
    assert missing not in shell.pages()


def test_every_page_asks_a_question_of_its_own():
    questions = [page.question for page in shell.PAGES]
    assert len(set(questions)) == len(questions)
    for page in shell.PAGES:
        assert page.question.endswith("?")
        assert page.icon.startswith(":material/")


def test_a_row_has_room_for_four_metrics():
    with pytest.raises(ValueError, match="four"):
        widgets.metric_row([widgets.Metric("Customers", "1", "customers")] * 5)


def test_a_page_loads_the_shared_stylesheet_and_its_own(monkeypatch, tmp_path):
    (tmp_path / "rfm.css").touch()
    monkeypatch.setattr(shell, "_ASSETS", tmp_path)
    assert [path.name for path in shell.stylesheets("RFM grid")] == ["style.css", "rfm.css"]
    assert [path.name for path in shell.stylesheets("Overview")] == ["style.css"]


def test_every_stylesheet_belongs_to_a_page():
    assets = Path(shell.__file__).parent / "assets"
    loaded = {path for page in shell.PAGES for path in shell.stylesheets(page.title)}
    loaded.add(forecast_chip.GREYED)
    assert loaded == set(assets.glob("*.css"))
