"""The menu holds every page that exists, and nothing else."""

import pytest

from retention.view import shell, widgets


def test_the_menu_and_the_pages_folder_agree():
    files = {f"pages/{path.name}" for path in (shell.ROOT / "pages").glob("*.py")}
    listed = {page.path for page in shell.pages()}
    assert listed == files | {shell.FRONT_PAGE}


def test_a_page_that_does_not_exist_is_not_listed(monkeypatch):
    missing = shell.Page(
        "pages/not_there.py", "Not there", ":material/home:", "Is it there?", "Customers"
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
