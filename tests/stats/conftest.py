"""No test asserts a time, so Hypothesis sets no deadline: the first call of a library may be slow on a busy machine."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
