"""The rules of the web that a polite and careful crawler keeps, as pure functions; `newscrawl.wire` acts by them."""
