"""Retention analysis of an order file: who comes back, what customers are worth, which segments.

Data flows one way, and so do the packages, from the top of this list to its end:

orders          a file becomes Orders: one row per order, and a report of everything left out
samples         data to try everything with
customers       Orders become one row per customer, with contact details and signals
history         orders counted by day, the metrics of any period, their changes
models          customers become a fitted model, and the model scores, ranges and checks
evaluation      the end of the history hidden, predicted and compared; checks of the forecast
segments        customers and scores become lifecycle stages, traits and RFM groups
playbook        what to do about each of them, and what is known of it
own_segments    segments from conditions on anything known of a customer
reports         scorecard, cohorts, channels
campaigns       what a campaign brings and costs, whom it addresses, and who is left out
audiences       customers become the file that a platform takes
view            everything that draws

Below them lies the ground, which every package may import: errors, data_files,
validation, statistics, periods, wording, csv_export.

The public names stand in `__init__.pyi`. Each is loaded when it is first used, so that importing
this package costs next to nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
