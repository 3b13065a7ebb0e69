"""Scorecard, cohorts and channels. Imports history, models, the playbook."""
