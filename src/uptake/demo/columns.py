"""From arrays to Arrow columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from uptake.demo.period import FAR, Period

INSTANT = pa.timestamp("ms", tz="UTC")
"""Instants say their zone, so no reader has to guess it."""


def labels(codes: npt.NDArray[np.integer], names: tuple[str, ...]) -> pa.DictionaryArray:
    """Names by their index; an index below 0 is empty."""
    # Memory for an index is what the column costs, so it gets the smallest type that fits.
    kind = np.int8 if len(names) < 128 else np.int16 if len(names) < 32_768 else np.int32
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(kind), mask=codes < 0), pa.array(names))


def instants(period: Period, milliseconds: npt.NDArray[np.integer]) -> pa.Array:
    """Instants from milliseconds after the first midnight, UTC; `FAR` days or more are empty."""
    start = int(np.datetime64(period.starts_on, "ms").astype(np.int64))
    never = milliseconds >= FAR * 86_400_000
    return pa.array(milliseconds + start, pa.int64(), mask=never).cast(INSTANT)


def dates(period: Period, days: npt.ArrayLike) -> pa.Array:
    """Dates of days; days that never come are empty."""
    return pa.array(period.dates(days).astype("datetime64[D]"), pa.date32())
