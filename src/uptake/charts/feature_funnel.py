"""How far each feature has come: of those eligible, who tried it, who adopted it, who still uses it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from uptake.charts import words
from uptake.charts.frame import PERCENT, Row, Spec, cell_of, frame, layer, quantity, tooltip, word
from uptake.charts.segments import segment_of, shortened

ROW = 68
NAME_AT, BAR_AT, NOTE_AT = -20, 0, 20


class Stage(NamedTuple):
    """One stage: its column, its name, its style, the thickness of its bar, where its name stands in the key, how it is said."""

    column: str
    name: str
    style: str
    size: int
    key_at: int
    said: str


STAGES = (
    Stage("tried", "tried", "soft", 22, 0, "tried {share}"),
    Stage("adopted", "adopted", "middle", 13, 60, "adopted {share}"),
    Stage("retained", "kept", "strong", 5, 144, "kept by {share} of them"),
)


def feature_funnel(rows: Sequence[Row], *, title: str, subtitle: str = "", by: Sequence[str] = ()) -> Spec:
    """Draws one row per feature; within it the stages lie inside each other, thinner and deeper the further.

    All bars are shares of the eligible, so features with different populations can be compared; how many are
    eligible stands at the right. The line of words gives retained as it is defined, as a share of the adopted.

    Args:
        rows: Rows with `feature`, `title`, `tag`, `eligible`, `tried`, `adopted`, `retained` and the shares
            `tried_share`, `adopted_share`, `retained_share` with their `_ci_lower` and `_ci_upper`.
        title: What is shown.
        subtitle: The definition.
        by: Breakdown columns; every segment of a feature has a row.

    Returns:
        A Vega-Lite specification, the most adopted feature first.
    """
    titles = Counter(title for title, _ in {(_title(row), row["feature"]) for row in rows})
    features = [_feature(row, titles, by) for row in rows]
    features.sort(key=lambda row: (row["adopted"] is None, -(row["adopted"] or 0.0), row["name"]))
    y = word("name", scale={"domain": [feature["name"] for feature in features], "padding": 0}, axis=None)
    shares = {"values": [0, 0.25, 0.5, 0.75, 1], "labelExpr": PERCENT, "domain": False, "ticks": False}
    scale = {"domain": [0, 1], "nice": False}
    place = word("name")
    tip = tooltip(name="Feature", tip_tag="Kind", tip_eligible="Eligible")
    tip += tooltip(tip_tried="Tried", tip_adopted="Adopted", tip_retained="Kept")
    left, right = {"x": {"value": 0}, "y": place}, {"x": {"value": "width"}, "y": place}
    whole = {"x": {"value": 0}, "x2": {"value": "width"}, "y": y, "tooltip": tip}
    layers = [layer("bar", "track", features, _bar(STAGES[0].size), **whole)]
    for stage in STAGES:
        reached = [row for row in features if row[stage.column]]
        x = quantity(stage.column, scale=scale, axis=shares)
        layers.append(layer("bar", stage.style, reached, _bar(stage.size), x=x, y=place, tooltip=tip))
    layers += [
        layer("text", "label-strong", features, {"align": "left", "yOffset": NAME_AT}, text=word("label"), **left),
        layer("text", "note", features, {"align": "right", "yOffset": NAME_AT}, text=word("size"), **right),
        layer("text", "note", features, {"align": "left", "yOffset": NOTE_AT}, text=word("text"), **left),
        *_key(),
    ]
    return frame(layers, title=title, subtitle=subtitle, height=max(len(features), 1) * ROW, right=16)


def _bar(size: int) -> Spec:
    return {"height": size, "yOffset": BAR_AT, "cornerRadiusEnd": 2}


def _title(row: Row) -> str:
    return str(row.get("title") or row["feature"])


def _feature(row: Row, titles: Counter[str], by: Sequence[str]) -> dict[str, Any]:
    eligible = words.finite(row.get("eligible")) or 0.0
    title = _title(row)
    name = title if titles[title] == 1 else f"{title} ({row['feature']})"
    name = f"{name}, {segment_of(row, by)}" if by else name
    found: dict[str, Any] = {
        "name": name,
        "label": shortened(name, 36),
        "size": f"{words.count(eligible)} eligible",
        **cell_of(row),
        "tip_tag": str(row.get("tag") or "not set"),
        "tip_eligible": words.count(eligible),
    }
    said = []
    for stage in STAGES:
        share, reached = words.finite(row.get(f"{stage.column}_share")), words.finite(row.get(stage.column))
        found[stage.column] = reached / eligible if reached is not None and eligible else None
        if share is None:
            found[f"tip_{stage.column}"] = words.status(row.get("status")) or words.NO_VALUE
            continue
        lower, upper = (row.get(f"{stage.column}_share_ci_{end}") for end in ("lower", "upper"))
        of = " of adopted" if stage.column == "retained" else ""
        interval = words.interval(lower, upper, "share", 3)
        found[f"tip_{stage.column}"] = f"{words.count(reached)}, {words.share(share, 3)}{of} ({interval})"
        said.append(stage.said.format(share=words.share(share)))
    found["text"] = ", ".join(said) or words.status(row.get("status")) or "nobody is eligible"
    return found


def _key() -> list[Spec]:
    """What the three thicknesses mean, above the plot."""
    found = []
    for stage in STAGES:
        rows = [{"dot": "■", "text": stage.name}]
        for field, look, dx in (("dot", stage.style, stage.key_at), ("text", "note", stage.key_at + 14)):
            options = {"align": "left", "baseline": "bottom", "dx": dx, "dy": -8}
            found.append(layer("text", look, rows, options, x={"value": 0}, y={"value": 0}, text=word(field)))
    return found
