"""What is wrong, in a line for a person: what changed, with the numbers before and now."""

from __future__ import annotations

from newscrawl.health.runs import Verdict

_SHARES = {
    "refused": "the site refuses us: {now} of {sample} pages, {before} before",
    "moved": "pages are not there any more, or lead elsewhere: {now} of {sample}, {before} before",
    "unreachable": "the site does not answer: {now} of {sample} pages, {before} before",
    "no_article": "new pages hold no article: {now} of {sample}, {before} before",
    "lost_article": "pages hold no article any more: {now} of {sample}, {before} before",
    "copies": "new articles have the text of others: {now} of {sample}, {before} before",
    "title": "new articles have no title: {now} of {sample}, {before} before",
    "date": "new articles have no date: {now} of {sample}, {before} before",
    "authors": "new articles have no author: {now} of {sample}, {before} before",
    "lost_text": "articles lost more than a third of their text: {now} of {sample} read again, {before} before",
    "lost_title": "articles lost their title: {now} of {sample} read again, {before} before",
    "lost_date": "articles lost their date: {now} of {sample} read again, {before} before",
    "lost_authors": "articles lost their author: {now} of {sample} read again, {before} before",
}


def in_words(verdict: Verdict) -> str:
    """Return a line."""
    name, now, before = verdict.symptom, verdict.now, verdict.before
    if name in _SHARES:
        line = _SHARES[name].format(now=f"{now:.0%}", before=f"{before:.0%}", sample=verdict.sample)
        return f"{line} ({verdict.detail})" if verdict.detail else line
    if name == "text":
        change = "shorter" if now < before else "longer"
        return f"texts are {change}: {now:.0f} words at the median of {verdict.sample}, {before:.0f} before"
    if name == "script":
        return f"texts may be garbled: {now:.2f} bytes a letter in {verdict.sample}, {before:.2f} before"
    if name == "silence":
        return f"nothing new for {verdict.sample} hours; these hours had {before:.0f} articles before"
    if verdict.now or not verdict.detail.endswith(")"):
        return f"a listing is empty: {now:.0f} pages named, {before:.0f} before: {verdict.detail}"
    return f"a listing cannot be read; it named {before:.0f} pages before: {verdict.detail}"
