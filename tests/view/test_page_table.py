"""The menu leads to every page that exists, and to nothing else."""

from pathlib import Path

import pytest

from retention.view import forecast_chip, page_table


def test_the_menu_and_the_pages_folder_agree():
    files = {f"pages/{path.name}" for path in (page_table.ROOT / "pages").glob("*.py")}
    listed = {page.path for page in page_table.pages()}
    assert listed == files | {page_table.FRONT_PAGE}


def test_a_page_that_does_not_exist_is_not_listed(monkeypatch):
    missing = page_table.Page(
        path="pages/not_there.py",
        title="Not there",
        icon=":material/home:",
        question="Is it there?",
    )
    monkeypatch.setattr(page_table, "PAGES", (*page_table.PAGES, missing))
    assert missing not in page_table.pages()
    assert missing not in page_table.menu_entries(page_table.page_of(page_table.FRONT_PAGE))


def test_every_page_asks_a_question_of_its_own():
    questions = [page.question for page in page_table.PAGES]
    assert len(set(questions)) == len(questions)
    for page in page_table.PAGES:
        assert page.question.endswith("?")
        assert page.icon.startswith(":material/")


def test_the_menu_has_these_entries_in_these_groups():
    groups: dict[str, list[str]] = {}
    for entry in page_table.menu_entries(page_table.page_of(page_table.FRONT_PAGE)):
        groups.setdefault(entry.group, []).append(entry.title)
    assert groups == {
        "": ["This week", "Store settings", "Glossary"],
        "Customers": ["Customers", "Segments"],
        "Campaigns": ["Plan", "Calendar", "Results"],
        "Insights": ["Scorecard", "Cohorts", "Channels", "Products", "Forecast"],
    }


def test_old_addresses_are_still_those_of_pages():
    addresses = {page.stem for page in page_table.pages()}
    assert addresses >= {
        *("lifetime_value", "own_segments", "rfm", "movement", "segments", "campaigns"),
        *("customer", "scorecard", "cohorts", "channels", "products"),
    }


def test_segments_have_five_views_that_share_one_entry():
    rfm = page_table.page_of("pages/rfm.py")
    views = page_table.views_of(rfm)
    assert [view.view for view in views] == ["Lifecycle", "Ready-made", "Mine", "RFM", "Moves"]
    assert {view.title for view in views} == {"Segments"}
    assert len({view.tab_title for view in views}) == 5
    # The entry leads to the open view, so that the menu marks it.
    entries = {entry.title: entry for entry in page_table.menu_entries(rfm)}
    assert entries["Segments"].path == rfm.path
    assert entries["Segments"].icon == views[0].icon
    elsewhere = {
        entry.title: entry.path
        for entry in page_table.menu_entries(page_table.page_of(page_table.FRONT_PAGE))
    }
    assert elsewhere["Segments"] == "pages/segments.py"
    assert page_table.views_of(page_table.page_of("pages/cohorts.py")) == ()


def test_no_page_has_an_unknown_path():
    with pytest.raises(ValueError, match=r"pages/not_there\.py"):
        page_table.page_of("pages/not_there.py")


def test_a_page_loads_the_shared_stylesheet_and_its_own(monkeypatch, tmp_path):
    (tmp_path / "rfm.css").touch()
    monkeypatch.setattr(page_table, "ASSETS", tmp_path)
    (tmp_path / "own_segments.css").touch()

    def names(path: str) -> list[str]:
        return [file.name for file in page_table.stylesheets(page_table.page_of(path))]

    assert names("pages/rfm.py") == ["style.css", "rfm.css"]
    assert names("pages/ready_made.py") == ["style.css", "own_segments.css"]
    assert names(page_table.FRONT_PAGE) == ["style.css"]


def test_every_stylesheet_belongs_to_a_page():
    assets = Path(page_table.__file__).parent / "assets"
    loaded = {path for page in page_table.PAGES for path in page_table.stylesheets(page)}
    loaded.add(forecast_chip.GREYED)
    assert loaded == set(assets.glob("*.css"))
