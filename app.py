"""The front page: load orders, then see what there is, what is to come, and where to go on."""

from retention.view import shell
from retention.view.front import (
    column_check,
    left_out as rows_report,
    overview,
    sources as load_flow,
)

data = shell.open_front_page("Overview")
opened = load_flow.draft()

if opened is not None:
    with shell.scene(1, of=3):
        column_check.check_columns(opened, data)
elif data is None or load_flow.choosing():
    with shell.scene(0, of=3):
        load_flow.choose_source(data)
else:
    with shell.scene(2, of=3):
        overview.header(data)
        overview.warnings(data)
        overview.so_far(data)
        overview.to_come(data)
        overview.next_pages()
        rows_report.report(data)
