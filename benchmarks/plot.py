"""Plots as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


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


_COLOURS = ("#0645ad", "#b32424", "#14866d", "#6b4ba1")


def memory_plot(series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Megabytes over the number of pages, a line each."""
    width, height, left, top = 640, 300, 60, 20
    base = height - 40
    last = max(pages for points in series.values() for pages, _ in points)
    most = math.ceil(max(size for points in series.values() for _, size in points) * 1.1 / 50) * 50

    def place(pages: float, size: float) -> str:
        return f"{left + pages / last * (width - left - 20):.0f},{top + (1 - size / most) * (base - top):.0f}"

    parts = []
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        line = " ".join(place(*point) for point in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{left + 10}" y="{top + 14 * (number + 1)}" fill="{colour}">{name}</text>')
    for part in range(5):
        pages, size = last * part / 4, most * part / 4
        across, down = left + part / 4 * (width - left - 20), top + (1 - part / 4) * (base - top)
        parts.append(f'<text x="{across:.0f}" y="{base + 16}" text-anchor="middle">{pages:,.0f}</text>')
        parts.append(f'<text x="{left - 6}" y="{down + 4:.0f}" text-anchor="end">{size:.0f}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="M{left} {top}V{base}H{width - 20}" fill="none" stroke="#888"/>{"".join(parts)}'
        f'<text x="{width / 2:.0f}" y="{height - 6}" text-anchor="middle">pages; megabytes in memory</text></svg>\n'
    )
