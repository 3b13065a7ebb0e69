"""Retention analysis of an order file: who comes back, what they are worth, which segments they form.

Data flows one way, and so do the modules:

files, unpack, text_files   a file -> Sheet (raw text rows)
formats, columns            what the columns are -> Mapping
dates, money, statuses      how cells are read
lines, orders               Sheet + Mapping -> Orders
"""

from retention.columns import Mapping, detect_columns
from retention.errors import DataError, ModelError, RetentionError
from retention.files import Sheet, open_sheet
from retention.orders import DroppedRows, OrderReport, Orders, Question, build_orders, read_orders

__all__ = [
    "DataError",
    "DroppedRows",
    "Mapping",
    "ModelError",
    "OrderReport",
    "Orders",
    "Question",
    "RetentionError",
    "Sheet",
    "build_orders",
    "detect_columns",
    "open_sheet",
    "read_orders",
]
