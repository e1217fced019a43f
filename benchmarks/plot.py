"""A plot as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence


def line_plot(points: Sequence[tuple[float, float]]) -> str:
    """Milliseconds an article over the number of stored articles, the latter on a logarithmic axis."""
    width, height, left, top = 480, 240, 50, 20
    most = max(value for _, value in points) * 1.25
    low, high = math.log10(points[0][0]), math.log10(points[-1][0])
    places = [
        (
            left + (math.log10(size) - low) / ((high - low) or 1) * (width - left - 40),
            top + (1 - value / most) * (height - top - 40),
        )
        for size, value in points
    ]
    base = height - 40
    marks = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3"/><text x="{x:.0f}" y="{y - 8:.0f}">{value:.2f} ms</text>'
        f'<text x="{x:.0f}" y="{base + 16}">{size:,.0f}</text>'
        for (x, y), (size, value) in zip(places, points, strict=True)
    )
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    title = "articles stored; CPU time that finding the copies of one more costs"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11" text-anchor="middle"><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="M{left - 10} {top}V{base}H{width - 10}" fill="none" stroke="#888"/>'
        f'<polyline points="{line}" fill="none" stroke="#0645ad" stroke-width="2"/>{marks}'
        f'<text x="{width / 2:.0f}" y="{height - 6}">{title}</text></svg>\n'
    )
