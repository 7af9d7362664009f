"""What templates may say: filters and functions for numbers, dates, intervals, states, links and embedded data.

The wording of single values lives in `uptake.charts.words` and `uptake.charts.dates`, so that a chart's tooltip, a
table's cell and a sentence agree. Here are the phrases made of several values, and what only HTML needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from json import dumps
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from uptake import charts
from uptake.charts import dates, words
from uptake.charts.frame import reference_words
from uptake.plan.words import title_of

# What could end a script element or open a comment in it, and the two line ends JavaScript once refused in texts.
UNSAFE_IN_SCRIPT = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CODE = re.compile("`([^`]+)`")
PARTS_OF_THE_PAGE = ("title", "config")


def interval(lower: object, upper: object, unit: str, digits: int = 2, currency: str = "") -> str:
    """An interval as a remark: "(95 % interval 55-61 %)" with an en dash; "(no interval)" where there is none."""
    said = words.interval(lower, upper, unit, digits, currency)
    return f"({said})" if said == words.NO_INTERVAL else f"(95{words.SPACE}% interval {said})"


def estimate(row: Mapping[str, Any], unit: str, digits: int = 3, currency: str = "") -> str:
    """The estimate of a row, or the words for its state where it has none.

    Args:
        row: A row of a result: `estimate`, `status` and `n`.
        unit: Unit of the estimate.
        digits: Significant digits.
        currency: Code for the unit currency.

    Returns:
        "58.3 %", "too few (n = 7)", "in progress", "not eligible"; a median a curve never reaches is "not reached".
    """
    missing = words.status(row.get("status"), row.get("n"))
    if not missing:
        missing = "not reached" if unit == "seconds" and words.finite(row.get("n")) else words.NO_VALUE
    return words.value(row.get("estimate"), unit, digits, currency, missing)


def headline(
    sentence: str,
    row: Mapping[str, Any],
    unit: str,
    *,
    name: str,
    before: object = None,
    than: str = "",
    currency: str = "",
) -> str:
    """The one sentence a page opens with: the number with its interval, and its change.

    Args:
        sentence: What is said, with `{value}` where the number goes and without a full stop.
        row: The row it is about: `estimate`, `ci_lower`, `ci_upper`, `status` and `n`.
        unit: Unit of the estimate.
        name: What is measured, for the case that there is no number to say.
        before: The earlier estimate to compare with; without one no change is told.
        than: What the earlier estimate stands for, "last quarter".
        currency: Code for the unit currency.

    Returns:
        One sentence. A share changes by points, a length of time by a length of time, everything else by percent.

    Examples:
        >>> row = {"estimate": 0.58, "ci_lower": 0.55, "ci_upper": 0.61, "status": "closed", "n": 912}
        >>> said = headline("{value} of seats have adopted Planboard", row, "share", name="Adoption rate",
        ...                 before=0.54, than="last quarter")
        >>> said.replace(words.SPACE, " ")
        '58 % (95 % interval 55–61 %) of seats have adopted Planboard, 4 points more than last quarter.'
    """
    if words.finite(row.get("estimate")) is None:
        return f"{name}: {estimate(row, unit)}."
    value = words.value(row["estimate"], unit, 2 if unit == "share" else 3, currency)
    bounds = row.get("ci_lower"), row.get("ci_upper")
    # Behind the change it would read as the interval of the change.
    remark = f" {interval(*bounds, unit, 2, currency)}" if any(words.finite(end) is not None for end in bounds) else ""
    return f"{sentence.replace('{value}', value + remark)}{_change(row['estimate'], before, unit, than)}."


def _change(now: object, before: object, unit: str, than: str) -> str:
    new, old = words.finite(now), words.finite(before)
    if new is None or old is None or not than:
        return ""
    if old <= 0 and new != old and unit not in ("share", "seconds", "days"):
        return ""
    more, less = ("longer", "shorter") if unit in ("seconds", "days") else ("more", "less")
    size = _size(new, old, unit)
    return f", {size} {more if new > old else less} than {than}" if size else f", the same as {than}"


def change(now: object, before: object, unit: str, currency: str = "") -> str:
    """How far a value is from an earlier one, with both ends: "up 4 points from 54 %"; empty where one is missing.

    Examples:
        >>> change(0.58, 0.54, "share").replace(words.SPACE, " ")
        'up 4 points from 54 %'
    """
    new, old = words.finite(now), words.finite(before)
    if new is None or old is None:
        return ""
    digits = 2 if unit == "share" else 3
    was = words.value(old, unit, digits, currency)
    # Two lengths of time that read the same are the same; seconds of a week are noise.
    size = "" if unit == "seconds" and words.value(new, unit) == was else _size(new, old, unit)
    return f"{'up' if new > old else 'down'} {size} from {was}" if size else f"unchanged from {was}"


def _size(new: float, old: float, unit: str) -> str:
    """The size of a change without its direction: points, a length of time or percent; empty if it is none."""
    if unit == "share":
        return words.points(new - old) if abs(new - old) >= 0.0005 else ""
    if unit in ("seconds", "days"):
        return (
            words.value(abs(new - old), unit)
            if abs(new - old) >= 0.005 * max(abs(new), abs(old)) and new != old
            else ""
        )
    ratio = abs(new / old - 1) if old > 0 else 0
    return words.share(ratio) if ratio >= 0.0005 else ""


def reference(found: Mapping[str, Any] | None, unit: str, currency: str = "") -> str:
    """A reference range in words, "60-80 %" (with an en dash) or "above 40 %"; "" without one."""
    return reference_words(found, unit, currency) if found else ""


def line(values: Iterable[int], label: str) -> Markup:
    """Counts over time, oldest first, as a small line; words where all of them are 0."""
    rows = [{"estimate": value, "status": "closed"} for value in values]
    if not any(row["estimate"] for row in rows):
        return Markup('<span class="state">none</span>')
    return charts.sparkline(rows, label=label, unit="count")


def trend_line(values: Iterable[float | None], label: str) -> Markup:
    """Numbers over time, oldest first, as a small line; words where there are none."""
    rows = [{"estimate": value, "status": "closed"} for value in values]
    if all(row["estimate"] is None for row in rows):
        return Markup('<span class="state">none</span>')
    return charts.sparkline(rows, label=label, unit="count")


def score(value: float | None) -> str:
    """A score, 0 to 100, in whole points.

    Examples:
        >>> score(43.6), score(None)
        ('44', 'not known')
    """
    return "not known" if value is None else f"{value:.0f}"


def signed(value: float | None) -> str:
    """Points with their sign, one decimal below ten; 0 has none.

    Examples:
        >>> signed(3.04), signed(-12.6), signed(0.04), signed(None)
        ('+3.0', '−13', '0', 'not known')
    """
    if value is None:
        return "not known"
    said = f"{abs(value):.0f}" if abs(value) >= 9.95 else f"{abs(value):.1f}"
    return "0" if said == "0.0" else f"{words.MINUS if value < 0 else '+'}{said}"


def data_size(value: int) -> str:
    """A number of bytes, "424 MB"; powers of ten, as disks are sold.

    Examples:
        >>> data_size(424_100_000).replace(words.SPACE, " "), data_size(512).replace(words.SPACE, " ")
        ('424 MB', '512 bytes')
    """
    for size, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if value >= size:
            return f"{words.significant(value / size)}{words.SPACE}{name}"
    return f"{value}{words.SPACE}bytes"


ATTRIBUTES = {"arr": "ARR", "created_at": "Created", "id": "Id", "mrr": "MRR", "nps": "NPS", "url": "URL"}
"""Attributes that people do not call by their name."""


def attribute_title(name: str) -> str:
    """What people call an attribute.

    Examples:
        >>> attribute_title("signed_on"), attribute_title("mrr")
        ('Signed on', 'MRR')
    """
    return ATTRIBUTES.get(name) or title_of(name)


def attribute(text: object, zone: str) -> str:
    """An attribute's value for people: what was stored as an instant is a day or a time in the product's zone.

    Examples:
        >>> attribute("2025-02-13T23:00:00Z", "Europe/Berlin"), attribute("Pro", "UTC")
        ('14 February 2025', 'Pro')
    """
    said = str(text)
    if INSTANT.fullmatch(said):
        when = dates.instant(datetime.fromisoformat(said), zone)
        return when.removesuffix(", 00:00")
    return said


def code_spans(text: object) -> Markup:
    """A text in which `backticks` mark code, as HTML.

    Examples:
        >>> str(code_spans("see `activation` & <b>"))
        'see <code>activation</code> &amp; &lt;b&gt;'
    """
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before tags are put in


def in_a_sentence(title: str) -> str:
    """A title within a sentence: its first letter is small, unless it is an abbreviation.

    Examples:
        >>> in_a_sentence("Active users"), in_a_sentence("MRR churn")
        ('active users', 'MRR churn')
    """
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def without_code(text: str) -> str:
    """The same text without the marks, for where no HTML can stand."""
    return text.replace("`", "")


def json_script(data: object) -> Markup:
    r"""Data as JSON that is inert inside a `script` element, whatever names and texts it holds.

    Args:
        data: Plain values; dates become ISO text.

    Raises:
        ValueError: A number is nan or infinite, which JSON cannot say.

    Examples:
        >>> str(json_script("</script><!--"))
        '"\\u003c/script\\u003e\\u003c!--"'
    """
    text = dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
    return Markup(text.translate(UNSAFE_IN_SCRIPT))  # noqa: S704 - escaped for where it stands


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def chart_json(spec: Mapping[str, Any]) -> Markup:
    """A chart to embed: its title is HTML on the page, and its configuration follows the theme the reader chose."""
    return json_script({key: value for key, value in spec.items() if key not in PARTS_OF_THE_PAGE})


def chart_themes() -> Markup:
    """Both configurations of charts as JSON, once for a page with charts."""
    return json_script({"light": charts.config(), "dark": charts.config(dark=True)})


def query_with(params: Mapping[str, Any] | Iterable[tuple[str, Any]], **changes: object) -> str:
    """The query string of a link that changes some parameters and keeps the others.

    Args:
        params: The parameters of the request; a mapping, or pairs where a name may come more than once.
        **changes: New values; None takes a parameter away.

    Returns:
        "?by=account.plan&sort=n", or "?" when nothing is left, which means the page without parameters.
    """
    multiple = getattr(params, "multi_items", None)
    pairs = multiple() if multiple else params.items() if isinstance(params, Mapping) else params
    kept = [(name, str(value)) for name, value in pairs if name not in changes and value is not None]
    new = [(name, str(value)) for name, value in changes.items() if value is not None]
    return "?" + urlencode([*kept, *new])


FILTERS: dict[str, Callable[..., Any]] = {
    "attribute": attribute,
    "attribute_title": attribute_title,
    "chart_json": chart_json,
    "code_spans": code_spans,
    "data_size": data_size,
    "day": dates.day,
    "days": words.days,
    "duration": words.duration,
    "in_a_sentence": in_a_sentence,
    "in_unit": words.value,
    "instant": dates.instant,
    "json_script": json_script,
    "money": words.money,
    "number": words.number,
    "period": dates.period,
    "points": words.points,
    "score": score,
    "share": words.share,
    "signed": signed,
    "thousands": words.count,
    "without_code": without_code,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "benchmark_bar": charts.benchmark_bar,
    "chart_themes": chart_themes,
    "estimate": estimate,
    "headline": headline,
    "interval": interval,
    "interval_words": words.interval,
    "line": line,
    "query_with": query_with,
    "range_marker": charts.range_marker,
    "reference_words": reference,
    "retention_grid": charts.retention_grid,
    "sparkline": charts.sparkline,
    "standing": charts.standing,
    "status_words": words.status,
    "trend_line": trend_line,
}
