"""Everything that draws: the only place that imports Streamlit and Altair.

- `shell`: opens a page (menu, header, the loaded data or an invitation to load some)
- `loaded`: the session's data and everything computed from it, cached for that session alone
- `load_flow`, `column_check`, `rows_report`, `overview`: the front page, from the ways in to the numbers
- `lifetime_parts`, `model_words`: the customer value page
- `segment_*`: the segments page
- `charts`: a frame in, an `alt.Chart` out
- `widgets`: controls and panels that more than one page shows
- `text`, `palette`: words, number formats and colours, each in one place
"""
