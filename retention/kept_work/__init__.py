"""What a visitor has made, as one record, and the file that it is saved to.

Beside the ground it may import: campaigns, cells, columns, customers, experiments,
file_worker, orders, own_segments, reports, segments, sheets, signal_files.
"""
