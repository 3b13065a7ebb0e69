"""Everything that draws: the only package that imports Streamlit and Altair.

Each page has a package of its own, which knows no other page. Beside them stand `session` (data,
choices and results of the visit), `front` (loading and the first page), `report` (files for a
meeting), and what all share: `shell`, `widgets`, `forecast_panels`, `charts`, `text`, `palette`,
`customer_table`.

It may import every package of the analysis; none of them imports it.
"""
