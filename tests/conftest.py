"""Settings that hold for every test."""

from hypothesis import settings

# A property test fails for what it shows, never because the machine was busy.
settings.register_profile("retention", deadline=None)
settings.load_profile("retention")
