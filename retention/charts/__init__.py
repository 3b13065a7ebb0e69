"""Charts of frames and results, drawn with Altair. They know nothing of Streamlit.

`results` has the charts of what the package returns. The others take the frames that their
docstrings name, from one module for each part of the app.

Beside the ground it may import: evaluation, experiments, history, models, orders, own_segments,
products, reports, segments.
"""
