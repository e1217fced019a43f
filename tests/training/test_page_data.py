"""What is known of each line of a generated page."""

from __future__ import annotations

import gzip
import json

from testing.datasets import load_dataset
from training.dump_labels import BODY, SIDEBAR
from training.page_data import THEMES, LabelledPage, labelled, trusted

LONG = "How the minister of transport wants to reopen the swimming pool because the pipes had frozen"
PARAGRAPHS = (
    "The committee rejected the plan after a debate of four hours.",
    "Nobody was hurt that night in Marsh End.",
)


def generated(tmp_path, body: str, gold: str, **said: object) -> LabelledPage:
    """A page of a data set of generated pages, with its lines labelled."""
    record = {"html": "page.html.gz", "url": "https://www.en0.theme.example/a/", "gold": {"text": gold, **said}}
    folder = tmp_path / THEMES
    folder.mkdir()
    (folder / "pages.jsonl").write_text(json.dumps(record), "utf-8")
    html = f"<html><body>{body}</body></html>"
    (folder / "page.html.gz").write_bytes(gzip.compress(html.encode()))
    page = labelled(load_dataset(tmp_path, THEMES)[0])
    assert page is not None
    return page


def labels_of(page: LabelledPage) -> dict[str, list[int]]:
    """The labels of each text."""
    found: dict[str, list[int]] = {}
    for line, label in zip(page.blocks.lines, page.labels, strict=True):
        found.setdefault(line.text, []).append(label)
    return found


def test_contents_and_hidden_copies_are_not_the_text(tmp_path):
    whole = " ".join((PARAGRAPHS[0], LONG, PARAGRAPHS[1], PARAGRAPHS[1] * 3))
    body = (
        f"<h1>A title</h1><ul><li><a href='#x'>1. {LONG}</a></li></ul><p>{PARAGRAPHS[0]}</p><h2>{LONG}</h2>"
        f"<p>{PARAGRAPHS[1]}</p><div class='print'>{whole}</div>"
    )
    labels = labels_of(generated(tmp_path, body, "\n".join((PARAGRAPHS[0], LONG, PARAGRAPHS[1]))))
    assert labels[f"1. {LONG}"] == labels[whole] == [SIDEBAR]
    assert labels[PARAGRAPHS[0]] == labels[LONG] == labels[PARAGRAPHS[1]] == [BODY]


def test_a_short_text_without_spaces_is_learned_from_with_its_lead(tmp_path):
    text, lead = "下一次听证会定于26日举行。没有人受伤。", "市议会否决了这项计划。"
    page = generated(tmp_path, f"<h1>桥</h1><p>{lead}</p><p>{text}</p><p>版权所有</p>", text, description=lead)
    assert trusted(page)
    assert labels_of(page) == {"桥": [SIDEBAR], lead: [BODY], text: [BODY], "版权所有": [SIDEBAR]}
