"""Numbers and states as people read them: the same words in a chart's tooltip, a table's cell and a sentence.

Missing is said in words, never as 0 or a dash. Between a number and its unit stands a narrow space that does not break.
"""

from __future__ import annotations

from math import floor, isfinite, log10

from uptake.charts import dates

SPACE = "\u202f"
MINUS = "\u2212"
RANGE = "\u2013"
NO_VALUE = "no value"
NO_INTERVAL = "no interval"
SYMBOLS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
STATUSES = {"in_progress": "in progress", "too_few": "too few", "not_eligible": "not eligible"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def finite(value: object) -> float | None:
    """The number, or None for None, nan, an infinity or anything that is no number."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever has no float raises, and that is the answer
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def significant(value: float, digits: int = 3) -> str:
    """A finite number with that many significant digits, thousands in commas, whole numbers never shortened.

    Examples:
        >>> significant(5.2678), significant(12345.6), significant(9.996)
        ('5.27', '12,346', '10.0')
    """
    if value == 0:
        return "0"
    if abs(value) >= 1e15:
        return f"{value:.{digits - 1}e}".replace("-", MINUS)
    # Rounded first: 9.996 becomes 10.00, which needs one decimal less than 9.99 does.
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(digits - 1 - floor(log10(abs(rounded))), 0)
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def number(value: object, digits: int = 3) -> str:
    """A plain number, "5.27"; whole numbers keep all their digits and get no decimals, "12,345"."""
    found = finite(value)
    if found is None:
        return NO_VALUE
    return count(found) if found == round(found) and abs(found) < 1e15 else significant(found, digits)


def count(value: object) -> str:
    """How many, "12,345"; a fraction is rounded."""
    found = finite(value)
    return NO_VALUE if found is None else f"{round(found):,}".replace("-", MINUS)


def share(value: object, digits: int = 2) -> str:
    """A share of one as percent.

    Args:
        value: A share, usually 0 to 1.
        digits: Significant digits: two in sentences, three in tables.

    Returns:
        "58 %". What is not all never reads 100 % and what is not nothing never reads 0 %.

    Examples:
        >>> share(0.5834).replace(SPACE, " "), share(0.5834, 3).replace(SPACE, " ")
        ('58 %', '58.3 %')
        >>> share(0.9996).replace(SPACE, " "), share(0.00002).replace(SPACE, " ")
        ('99.96 %', '< 0.01 %')
    """
    found = finite(value)
    return NO_VALUE if found is None else f"{_percent(found, digits)}{SPACE}%"


def _percent(value: float, digits: int) -> str:
    # The ends of an interval at nothing or all come out of arithmetic a hair off.
    value = round(value, 12)
    if 0 < value < 0.0001:
        return f"<{SPACE}0.01"
    if 0.9999 < value < 1:
        return f">{SPACE}99.99"
    text = significant(value * 100, digits)
    while text.startswith("100") and value < 1:
        digits += 1
        text = significant(value * 100, digits)
    return "100" if value == 1 else text


def pvalue(value: object) -> str:
    """How likely a difference at least this large is if there is none: "p = 0.033", "p < 0.001".

    Examples:
        >>> pvalue(0.0332), pvalue(0.00001), pvalue(None)
        ('p = 0.033', 'p < 0.001', 'no value')
    """
    found = finite(value)
    if found is None:
        return NO_VALUE
    return "p < 0.001" if found < 0.001 else f"p = {significant(found, 2)}"


def points(difference: object, digits: int = 2) -> str:
    """The size of a difference of two shares in percentage points, without its sign: "4 points", "0.5 points"."""
    found = finite(difference)
    if found is None:
        return NO_VALUE
    size = abs(found) * 100
    text = f"{size:.0f}" if size >= 9.95 else _short(float(f"{size:.{digits - 1}e}"))
    return f"{text} point" if text == "1" else f"{text} points"


def money(value: object, currency: str = "") -> str:
    """An amount in the product's currency, "€12,346"; cents only below a hundred, "€9.50"."""
    found = finite(value)
    if found is None:
        return NO_VALUE
    whole = abs(found) >= 99.995 or found == round(found)
    text = f"{abs(found):,.0f}" if whole else f"{abs(found):,.2f}"
    sign = MINUS if found < 0 and text.strip("0.,") else ""
    symbol = SYMBOLS.get(currency.upper())
    if symbol:
        return f"{sign}{symbol}{text}"
    return f"{sign}{text}{SPACE}{currency.upper()}" if currency else f"{sign}{text}"


def _short(value: float) -> str:
    """A number without zeros at its end."""
    text = significant(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text else text


def days(value: object) -> str:
    """A number of days, "1 day", "5.2 days", "1,095 days"."""
    found = finite(value)
    return NO_VALUE if found is None else f"{_days(found)}{SPACE}{'day' if _days(found) == '1' else 'days'}"


def _days(value: float) -> str:
    return f"{value:,.0f}".replace("-", MINUS) if abs(value) >= 99.95 else _short(round(value, 1) or value)


def duration(value: object) -> str:
    """A length of time in the two units that matter.

    Args:
        value: Seconds.

    Returns:
        "45 s", "3 min 20 s", "3 h 10 min", "5.2 days"; below a second "250 ms".

    Examples:
        >>> [duration(seconds).replace(SPACE, " ") for seconds in (45, 200, 11_400, 449_280, 3599.7)]
        ['45 s', '3 min 20 s', '3 h 10 min', '5.2 days', '1 h']
    """
    found = finite(value)
    if found is None:
        return NO_VALUE
    if found < 0:
        return MINUS + duration(-found)
    if 0 < found < 0.9995:
        return f"{_short(found * 1000)}{SPACE}ms"
    if found < 9.95:
        return f"{_short(round(found, 1))}{SPACE}s"
    # Each unit is chosen after rounding, so that 59.6 s is a minute and 23:59:50 a day.
    if round(found) < MINUTE:
        return f"{round(found)}{SPACE}s"
    if round(found) < HOUR:
        return _two(round(found), MINUTE, "min", "s")
    if round(found / MINUTE) < 24 * 60:
        return _two(round(found / MINUTE), 60, "h", "min")
    return days(found / DAY)


def _two(value: int, per: int, large: str, small: str) -> str:
    whole, rest = divmod(value, per)
    return f"{whole}{SPACE}{large}" + (f" {rest}{SPACE}{small}" if rest else "")


def value(number_or_date: object, unit: str, digits: int = 3, currency: str = "", missing: str = NO_VALUE) -> str:
    """Any value of a result in the words of its unit.

    Args:
        number_or_date: The value; None and nan are missing.
        unit: share, share_difference, seconds, count, days, per_week, currency, date or text.
        digits: Significant digits where they apply.
        currency: Code for the unit currency.
        missing: What to say of a missing value.
    """
    if unit == "date":
        return dates.day(number_or_date) if number_or_date is not None else missing
    found = finite(number_or_date)
    if unit == "text":
        return missing if number_or_date is None or number_or_date == "" else str(number_or_date)
    if found is None:
        return missing
    match unit:
        case "share":
            return share(found, digits)
        case "share_difference":
            return f"{MINUS if found < 0 else ''}{points(found, digits)}".replace(" ", SPACE)
        case "seconds":
            return duration(found)
        case "days":
            return days(found)
        case "per_week":
            return f"{number(found, digits)}{SPACE}a week"
        case "currency":
            return money(found, currency)
        case _:
            return number(found, digits)


def interval(lower: object, upper: object, unit: str, digits: int = 2, currency: str = "") -> str:
    """Both ends of an interval, the unit once where it is the same.

    Args:
        lower: Lower end; missing where unknown.
        upper: Upper end; missing where it was not reached.
        unit: As in `value`.
        digits: Significant digits; one more where both ends would read the same.
        currency: Code for the unit currency.

    Returns:
        "55-61 %" (with an en dash), "3 h to 5 h 10 min", "from 4.1 days, upper end not reached" or "no interval".

    Examples:
        >>> interval(0.55, 0.61, "share").replace(SPACE, " ")
        '55–61 %'
    """
    low, high = finite(lower), finite(upper)
    if low is None and high is None:
        return NO_INTERVAL
    if high is None:
        return f"from {value(low, unit, digits, currency)}, upper end not reached"
    if low is None:
        return f"up to {value(high, unit, digits, currency)}, lower end unknown"
    first, last = value(low, unit, digits, currency), value(high, unit, digits, currency)
    if first == last and low != high and digits < 4:
        return interval(low, high, unit, digits + 1, currency)
    if first == last:
        return first
    amount, _, first_unit = first.partition(SPACE)
    _, _, last_unit = last.partition(SPACE)
    is_plain = not any(letter.isdigit() for letter in first_unit + last_unit)
    if is_plain and first_unit.removesuffix("s") == last_unit.removesuffix("s"):
        return f"{amount}{RANGE}{last}" if low >= 0 else f"{amount} to {last}"
    return f"{first} to {last}"


def units(first: int, last: int | None) -> str:
    """Units since the start as the head of a column: "4", "4-7" (with an en dash), or "4+" for the unit and all later."""
    if last is None:
        return f"{first}+"
    return str(first) if first == last else f"{first}{RANGE}{last}"


def in_units(first: int, last: int | None, unit: str) -> str:
    """Units since the start in a sentence: "week 4", "weeks 4-7" (with an en dash), "week 4 or later"."""
    if last is None:
        return f"{unit} {first} or later"
    return f"{unit if first == last else f'{unit}s'} {units(first, last)}"


def status(name: str | None, n: object = None) -> str:
    """What stands in the place of a number that cannot be given.

    Returns:
        "in progress", "too few (n = 7)", "not eligible"; "" for a closed row; an unknown status as it is.
    """
    if not name or name == "closed":
        return ""
    words = STATUSES.get(name, name.replace("_", " "))
    return f"{words} (n = {count(n)})" if name == "too_few" and finite(n) is not None else words
