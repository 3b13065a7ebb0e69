"""The front page: load orders, then see what to do next, what there is and what is to come."""

from retention.view import forecast_chip, page_table, shell
from retention.view.front import (
    added_export,
    column_check,
    drafts,
    elsewhere,
    left_out,
    overview,
    sources,
    to_do,
)
from retention.view.session import loaded

data = shell.open_front_page()
draft = drafts.draft()

if draft is not None:
    with shell.scene(1, of=3):
        column_check.check_columns(draft, data)
elif data is None or sources.choosing():
    with shell.scene(0, of=3):
        sources.choose_source(data)
        loaded.prepare_sample()
else:
    with shell.scene(2, of=3):
        conclusion = overview.header(data)
        verdict = forecast_chip.place(page_table.FRONT_PAGE)
        added_export.draw_outcome(data)
        overview.warnings(data)
        # What takes a forecast arrives later: its place is kept, and the first figures stand.
        actions = to_do.place()
        overview.so_far(data)
        ahead = overview.place_to_come()
        left_out.draw_report(data)
        elsewhere.draw(data)
        overview.next_pages()
        to_do.fill(actions, data, conclusion)
        overview.fill_to_come(ahead, data)
        forecast_chip.fill(verdict, data)
