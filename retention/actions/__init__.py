"""What to do next: actions ranked by what they should bring after cost.

`facts` gathers what is computed already, `candidates` finds people and reasons in it, `ranking`
plans a campaign for each and ranks them, and `action` holds the records.

Beside the ground it may import: campaigns, customers, history, models, orders, playbook, products,
reports, segments, signal_files.
"""
