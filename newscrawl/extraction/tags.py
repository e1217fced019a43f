"""What the elements of HTML are to a reader: part of a line, a block of their own, or nothing."""

from __future__ import annotations

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark meter nobr output picture q "
    "rb ruby s samp small span strike strong sub sup time tt u var wbr img source track map area amp-img".split()
)
SKIPPED = frozenset(
    "script style noscript template math iframe object embed canvas select option textarea input head meta "
    "link audio video datalist dialog progress param frameset frame noframes applet rt rp rtc amp-ad amp-analytics "
    "amp-consent amp-embed amp-lightbox amp-sidebar amp-sticky-ad amp-user-notification".split()
)
"""Nothing that a reader reads as text of the page; of ruby the reading, which says the text beside it once more."""
DRAWING = frozenset(
    "svg symbol defs g path use title desc text tspan textpath circle rect line polygon polyline ellipse clippath mask "
    "pattern lineargradient radialgradient stop filter image animate metadata marker view".split()
)
"""Parts of a drawing. Their text is none of the page's, but their content may be: libxml2, which does not know
``<path/>``, nests the rest of the page in them."""
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
BREAKS = frozenset(("br", "hr"))
