"""A file becomes a sheet: its rows as text in an engine, whatever the file's format.

It unpacks archives, finds encoding and delimiter, and reads workbooks, Parquet and frames.

Beside the ground it may import: cells, file_worker.
"""
