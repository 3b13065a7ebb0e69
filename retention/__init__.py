"""Retention analysis of an order file: who comes back, what customers are worth, which segments.

From a file to what to do next. `read_orders("orders.csv")` reads yours.

>>> import retention
>>> orders = retention.sample_orders("store", customers=300)
>>> customers = retention.summarise_customers(orders)
>>> model = retention.fit_cltv(customers)
>>> scores = retention.predict_cltv(model, customers, margin=0.4)
>>> labels = retention.assign_segments(customers, scores)
>>> int(retention.segment_table(labels, customers, scores)["customers"].sum())
300
>>> retention.next_actions(orders, customers, model).actions[0].campaign.channel
'email'

docs/notebook.md goes on from here. What the functions return prints short, also as HTML.

Data flows one way, and so do the packages, from the top of this list to its end:

- orders: one row per order of a file, and a report of everything left out
- samples: data to try everything with
- customers: one row per customer, contact details and signals
- signal_files: what a shop knows of its customers elsewhere, joined by customer
- history: orders counted by day, the metrics of any period, their changes
- models: fitted models of customers, their scores, ranges and checks
- evaluation: predictions of a hidden end of the history, and checks of the forecast
- segments: lifecycle stages, traits and RFM groups
- playbook: what to do about each of them, and what is known of it
- reports: scorecard, cohorts, channels
- products: who buys what again, whom it brings, what follows it, what is due
- own_segments: segments from conditions on anything known of a customer
- campaigns: what a campaign brings and costs, who is addressed, and who is left out
- experiments: did a campaign work, and what that teaches
- actions: what to do next, ranked by what it should bring
- audiences: the files of customers that platforms take
- charts: charts of frames and results
- view: the pages

Below them lies the ground, which every package may import: errors, left_over_files,
temporary_files, data_files, display, validation, statistics, periods, notation, wording,
csv_export, arrow_types, engines, daily_repeats, random_draws, lifetimes_package.

The public names stand in `__init__.pyi`. Each is loaded when it is first used, so that importing
this package costs next to nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
