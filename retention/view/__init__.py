"""Everything on the pages: the only package that imports Streamlit.

Each page has a package of its own, which knows no other page. Beside them stand `session` (data,
choices and results of the visit), `front` (loading and the first page), `welcome` (what a visitor
without data sees), `report` (files for a meeting), and what all share: `shell`, `widgets`,
`forecast_panels`, `live_chart`, `text`, `documents`, `customer_lists`, `customer_table` and
`plan_button`. The charts are in `retention.charts`.

It may import every package of the analysis; none of them imports it.
"""
