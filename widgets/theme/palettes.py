"""The two appearances, dark and light, as values of :class:`widgets.theme.tokens.Theme`.

Where a hue of the drawing board was too faint for small letters (below 4.5:1), its ``text``
strength is a darker relative; ``tests/widgets/theme/test_contrast.py`` holds every pair to it.
"""

from __future__ import annotations

from types import MappingProxyType

from widgets.theme.tokens import Ink, Shape, StateStyle, Theme

_NIGHT = "#11151b"
_WHITE = "#ffffff"
_WORDS: tuple[tuple[str, Shape], ...] = (
    ("idle", "ring"),
    ("healthy", "circle"),
    ("strained", "triangle"),
    ("saturated", "square"),
    ("failing", "cross"),
    ("down", "diamond"),
)


def _states(*looks: tuple[str, str, str]) -> MappingProxyType[str, StateStyle]:
    """Pair the words and shapes, the same in both themes, with colours (fill, text, on fill)."""
    return MappingProxyType(
        {
            name: StateStyle(name, name, shape, colour, text, on)
            for (name, shape), (colour, text, on) in zip(_WORDS, looks, strict=True)
        }
    )


def _inks(**pairs: str | tuple[str, str]) -> MappingProxyType[str, Ink]:
    """Name inks; one string means that the hue is strong enough for letters as it is."""
    return MappingProxyType(
        {
            name: Ink(value, value) if isinstance(value, str) else Ink(*value)
            for name, value in pairs.items()
        }
    )


DARK = Theme(
    name="dark",
    window="#11151b",
    panel="#171c24",
    status_bar="#1d2430",
    canvas="#11151b",
    grid_dot="#222a35",
    card="#1b222d",
    card_border="#222a36",
    text="#e6eaf0",
    muted="#8b97a8",
    disabled="#566172",
    accent=Ink("#5aa9ff", "#5aa9ff"),
    on_accent=_NIGHT,
    load=Ink("#f2b84b", "#f2b84b"),
    danger=Ink("#ff5d6c", "#ff6b79"),
    field="#1d2430",
    field_hover="#252e3c",
    field_pressed="#2a3341",
    hairline="#202732",
    chart_grid="#1d242d",
    track="#2a3341",
    selection="#5aa9ff",
    selected_row="#26344a",
    link="#386392",
    dot="#a8d1ff",
    frame_fill="#1d2430",
    frame_border="#2f3845",
    sticky="#4a4322",
    sticky_text="#e6eaf0",
    warning_panel="#3a2a17",
    warning_text="#ff8a3d",
    tooltip="#2a3341",
    tooltip_text="#e6eaf0",
    cell_empty="#363f4c",
    shadow="#000000",
    shadow_alpha=0.45,
    states=_states(
        ("#748094", "#8b97a8", _NIGHT),
        ("#3ecf8e", "#3ecf8e", _NIGHT),
        ("#f2b84b", "#f2b84b", _NIGHT),
        ("#ff8a3d", "#ff8a3d", _NIGHT),
        ("#ff5d6c", "#ff5d6c", _NIGHT),
        ("#b9a3c9", "#b9a3c9", _NIGHT),
    ),
    series=_inks(
        p50="#9485e6",
        p90="#a795f4",
        p95="#beaeff",
        p99="#ebe5ff",
        offered="#5aa9ff",
        goodput="#3ecf8e",
        failed="#ff5d6c",
        s1="#5aa9ff",
        s2="#e58fd8",
        s3="#4fd6d0",
        s4="#cdbf94",
        s5="#b38cff",
        s6="#9fb4d6",
    ),
    failures=_inks(
        timeout="#ff5d6c",
        queue_full="#ff8a3d",
        shed="#f2c14b",
        rate_limited="#d9e650",
        breaker_open="#a884ff",
        bulkhead_full="#f29be0",
        unavailable="#9aa7b8",
        crashed="#e8d9c5",
        network="#4fc8f7",
        error="#ff3fa8",
        deadline="#c98b5e",
        unauthorized="#4fd6b8",
        conflict="#7d96ff",
        expired="#9cb37a",
    ),
    phases=_inks(
        queue="#ff8a3d",
        work="#3ecf8e",
        network="#5aa9ff",
        connection="#ff5d6c",
        retry="#b38cff",
        hold="#e3d04f",
        other="#8b97a8",
    ),
)

LIGHT = Theme(
    name="light",
    window="#f6f7f9",
    panel="#ffffff",
    status_bar="#f0f2f5",
    canvas="#f6f7f9",
    grid_dot="#e1e5ea",
    card="#ffffff",
    card_border="#e4e8ee",
    text="#1b2430",
    muted="#5d6876",
    disabled="#a3acb8",
    accent=Ink("#1f6fd6", "#1a63c4"),
    on_accent=_WHITE,
    load=Ink("#b97a06", "#8c5c00"),
    danger=Ink("#d3323f", "#c42836"),
    field="#f0f2f5",
    field_hover="#e6eaef",
    field_pressed="#dde2e9",
    hairline="#e8ecf1",
    chart_grid="#eef0f4",
    track="#dde2e9",
    selection="#1f6fd6",
    selected_row="#dbe8fa",
    link="#8eb6ea",
    dot="#1f6fd6",
    frame_fill="#f0f2f5",
    frame_border="#d3d9e1",
    sticky="#fff3c4",
    sticky_text="#1b2430",
    warning_panel="#fff1df",
    warning_text="#a84805",
    tooltip="#1b2430",
    tooltip_text="#f6f7f9",
    cell_empty="#d6dade",
    shadow="#1b2430",
    shadow_alpha=0.10,
    states=_states(
        ("#7f8a97", "#5d6876", _NIGHT),
        ("#1f9d63", "#14734a", _NIGHT),
        ("#b97a06", "#8c5c00", _NIGHT),
        ("#d9600f", "#b04a06", _NIGHT),
        ("#d3323f", "#c42836", _WHITE),
        ("#6d4a80", "#6d4a80", _WHITE),
    ),
    series=_inks(
        p50=("#9a84e0", "#6e55c4"),
        p90=("#8468d8", "#6347bd"),
        p95=("#6b48c8", "#5a37b4"),
        p99=("#3f1f8f", "#3f1f8f"),
        offered=("#1f6fd6", "#1a63c4"),
        goodput=("#1f9d63", "#14734a"),
        failed=("#d3323f", "#c42836"),
        s1=("#1f6fd6", "#1a63c4"),
        s2=("#b8439f", "#99368a"),
        s3=("#0d8f94", "#0a6b6f"),
        s4=("#8a7638", "#6b5a22"),
        s5=("#7a4fd0", "#6b3fc4"),
        s6=("#5a7291", "#475d7a"),
    ),
    failures=_inks(
        timeout=("#d3323f", "#c42836"),
        queue_full=("#d9600f", "#b04a06"),
        shed=("#c08a00", "#856000"),
        rate_limited=("#8a9500", "#616900"),
        breaker_open=("#8f3fd6", "#7d33c0"),
        bulkhead_full=("#c65bb4", "#99368a"),
        unavailable=("#6b7785", "#5a6573"),
        crashed=("#3b3230", "#3b3230"),
        network=("#0f9bd1", "#06709a"),
        error=("#e0147f", "#bd0d6a"),
        deadline=("#96602f", "#855226"),
        unauthorized=("#109b85", "#0a6f5f"),
        conflict=("#2c52c9", "#2c52c9"),
        expired=("#6d8748", "#56703a"),
    ),
    phases=_inks(
        queue=("#d9600f", "#b04a06"),
        work=("#1f9d63", "#14734a"),
        network=("#1f6fd6", "#1a63c4"),
        connection=("#d3323f", "#c42836"),
        retry=("#7a4fd0", "#6b3fc4"),
        hold=("#8a7f00", "#6b6200"),
        other=("#7f8a97", "#5d6876"),
    ),
)
