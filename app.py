"""The front page: load orders, then see what there is, what is to come, and where to go on."""

from retention.view import forecast_chip, shell
from retention.view.front import column_check, left_out, overview, sources

data = shell.open_front_page("Overview")
draft = sources.draft()

if draft is not None:
    with shell.scene(1, of=3):
        column_check.check_columns(draft, data)
elif data is None or sources.choosing():
    with shell.scene(0, of=3):
        sources.choose_source(data)
else:
    with shell.scene(2, of=3):
        overview.header(data)
        verdict = forecast_chip.place()
        overview.warnings(data)
        overview.so_far(data)
        overview.to_come(data)
        forecast_chip.fill(verdict, data)
        overview.next_pages()
        left_out.draw_report(data)
