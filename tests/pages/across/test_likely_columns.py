"""The column check names the roles without a column, and the columns that may be theirs."""

from tests.pages.steps import as_read, button, open_app, order_file, select, unfold, upload, words

HEADER = "Order,Email,Date,Total,Thing (item),First touch campaign,Shelf"


def store(header: str = HEADER, extra: str = "") -> bytes:
    rows = [
        f"{i},b{i % 20}@example.com,2024-0{1 + i % 9}-13,{20 + i}.50,"
        f"{('Tea', 'Pot')[i % 2]},{('spring', 'autumn', '')[i % 3]},A{i % 4}{extra}"
        for i in range(60)
    ]
    return order_file(rows, header)


def folds(at) -> list[str]:
    return [expander.label for expander in at.expander]


def test_a_role_that_was_not_found_is_filled_by_one_click(front):
    at = upload(front, store("Order,Email,Date,Total,Sold,First touch campaign,Shelf"))
    assert "Not found: Product, Channel." in words(at)
    at = button(at, "First touch campaign?").click().run()
    assert not at.exception
    assert "Not found: Product." in words(at)
    assert not [b for b in at.button if b.label == "First touch campaign?"]
    assert select(unfold(at, "More columns"), "Channel").value == "First touch campaign"
    at = button(at, "Use these orders").click().run()
    assert not at.exception


def test_the_number_of_columns_follows_what_was_chosen(front):
    at = unfold(upload(front, store()), "More columns")
    found = next(label for label in folds(at) if label.startswith("More columns"))
    assert found == "More columns (1 found)"
    at = select(at, "Channel").set_value("First touch campaign").run()
    at = select(at, "Category").set_value("Shelf").run()
    assert "More columns (1 found, 2 chosen)" in folds(at)
    at = select(at, "Product").set_value("").run()
    assert "More columns (0 found, 2 chosen)" in folds(at)
    assert select(at, "Category").value == "Shelf"


def test_a_found_column_that_was_taken_away_is_not_offered_again(front):
    at = unfold(upload(front, store()), "More columns")
    at = select(at, "Product").set_value("").run()
    assert "Not found: Channel." in words(at)


def test_all_unused_columns_are_one_hover_away(front):
    many = [f"Extra_{n}" for n in range(15)]
    data = store(f"{HEADER},{','.join(many)}", "," + ",".join("x" * 15))
    at = upload(open_app().run(), data)
    note = next(m for m in at.markdown if "columns are not used" in m.value)
    assert "more" in note.value
    assert all(name in as_read(note.help) for name in many)
    few = next(m for m in upload(front, store()).markdown if "are not used" in m.value)
    assert not few.help
