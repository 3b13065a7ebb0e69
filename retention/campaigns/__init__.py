"""What a campaign brings and costs, and whom it addresses.

Plans, several campaigns on one budget, holdouts, suppression, and what a new customer may cost.

Beside the ground it may import: customers, models, own_segments, playbook, segments.
"""
