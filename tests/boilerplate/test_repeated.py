"""Which blocks are a site's, and what becomes of a page that has them."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.boilerplate.repeated import (
    THRESHOLD,
    Holder,
    Judge,
    are_related,
    block_key,
    box_key,
    drop_templates,
    keys_of,
)
from newscrawl.items import Block

BOX = "Giá vàng hôm nay tăng mạnh lên mức cao nhất"
NOTICE = "Mời bạn đọc theo dõi báo trên các mạng xã hội"


def sentence(die: random.Random) -> str:
    """A sentence that shares no three words in a row with another one."""
    return " ".join(f"{die.choice('bcdghklmnpt')}{die.randrange(10_000)}" for _ in range(15)).capitalize() + "."


def story(number: int, *more: Block, sentences: int = 6) -> list[Block]:
    """An article that has nothing in common with any other, and more behind it."""
    die = random.Random(number)
    return [*(Block("paragraph", sentence(die)) for _ in range(sentences)), *more]


def holder(number: int, *more: Block, **facts: int) -> Holder:
    """The same, as it is asked about."""
    return Holder(number, tuple(story(number, *more, **facts)))


def is_template(text: str, holders: list[Holder]) -> bool:
    """What is decided about a block."""
    return Judge().is_template(block_key(text), holders)


def test_block_on_unrelated_pages_is_the_sites():
    """From so many on, and not before."""
    holders = [holder(number, Block("list_item", BOX)) for number in range(THRESHOLD)]
    assert is_template(BOX, holders)
    assert not is_template(BOX, holders[1:])


def links(number: int, reason: str | None = None) -> list[Block]:
    """A box of links that has other texts on each page."""
    die = random.Random(f"links of {number}")
    return [Block("list_item", sentence(die), reason, box="ab12") for _ in range(3)]


def test_a_box_of_links_is_known_by_its_build():
    """Whatever it links to, and also where the extractor sees what it is; between sentences it may be the article's."""
    pages = [holder(number, *links(number, "related" if number % 2 else None)) for number in range(THRESHOLD)]
    key = box_key("ab12")
    assert Judge().is_template(key, pages)
    kept = drop_templates(pages[0].blocks, {key})
    assert [block.reason for block in kept] == [None] * 6 + ["template"] * 3
    enclosed = [Holder(number, (*one.blocks, *story(100 + number))) for number, one in enumerate(pages)]
    assert not Judge().is_template(key, enclosed)


def test_a_box_is_one_also_on_related_pages():
    """What two reports of one affair share is text, and what they link to is not; copies are one page."""
    affair = story(50)[0].text
    pages = [
        Holder(one, (Block("paragraph", f"{affair} {one}."), *story(one), *links(one))) for one in range(THRESHOLD)
    ]
    assert are_related(*pages[:2])
    assert Judge().is_template(box_key("ab12"), pages)
    copies = [Holder(one, (*story(7), *links(one))) for one in range(THRESHOLD + 2)]
    assert not Judge().is_template(box_key("ab12"), copies)


def test_a_box_above_the_text_is_no_first_paragraph():
    """The text begins below it."""
    blocks = (*links(1), *story(2))
    assert [block.reason for block in drop_templates(blocks, {box_key("ab12")})] == ["template"] * 3 + [None] * 6


def test_copies_of_one_story_are_one_page():
    """However many there are, with other heads, and with other boxes around them."""
    die = random.Random(1)
    body = story(100, sentences=8)
    copies = [
        Holder(
            number, (Block("paragraph", sentence(die)), *body, *(Block("list_item", sentence(die)[:-1]) for _ in "ab"))
        )
        for number in range(THRESHOLD + 2)
    ]
    assert not is_template(body[4].text, copies)


def test_what_a_series_says_in_every_part_is_text():
    """The same words with other numbers are no chance: the report of the next day is related."""
    lines = (
        "Giá vàng miếng tại Hà Nội sáng {} tháng này được niêm yết ở mức {} triệu đồng mỗi lượng",
        "Giá bán ra tại thành phố Hồ Chí Minh cùng lúc đó là {} triệu đồng, cao hơn hôm trước {} nghìn",
        "Trên thị trường thế giới, giá vàng giao ngay đứng ở {} USD một ounce, thấp hơn đầu tuần {} USD.",
    )
    fixed = Block("table_row", "Bạc thỏi | 1.100.000 | 1.150.000 | không đổi so với hôm qua")
    reports = [
        Holder(day, (*(Block("paragraph", line.format(day, 60 + day)) for line in lines), fixed))
        for day in range(1, THRESHOLD + 4)
    ]
    assert not is_template(fixed.text, reports)


def test_stock_sentence_within_a_text_is_text():
    """It stands between the article's own sentences; a block of a box does not."""
    stock = Block("paragraph", "The company did not respond to a request for comment.")
    own = [story(number) for number in range(THRESHOLD + 2)]
    assert not is_template(stock.text, [Holder(i, (*blocks[:3], stock, *blocks[3:])) for i, blocks in enumerate(own)])
    assert is_template(stock.text, [Holder(i, (*blocks, stock)) for i, blocks in enumerate(own)])


def test_box_within_a_text_is_known_by_its_company():
    """Blocks that travel together enclose nothing."""
    box = [Block("paragraph", f"{line}.") for line in (BOX, NOTICE, "Xem thêm những tin khác trong ngày hôm nay")]
    own = [story(number) for number in range(THRESHOLD)]
    assert is_template(box[1].text, [Holder(i, (*blocks[:3], *box, *blocks[3:])) for i, blocks in enumerate(own)])


def test_labels_headings_and_quotations_do_not_count():
    """Newsrooms repeat them, and a dropped block is not counted either."""
    blocks = [
        Block("paragraph", "Tin cùng chuyên mục"),
        Block("heading", BOX),
        Block("quote", BOX),
        Block("list_item", BOX, "related"),
    ]
    assert keys_of(blocks) == (None,) * 4
    assert keys_of([Block("list_item", BOX)]) == keys_of([Block("list_item", BOX, "template")]) == (block_key(BOX),)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("如何在家中安全地储存新鲜蔬菜和水果", True),
        ("相关新闻排行榜单", False),
        ("กรมอุตุนิยมวิทยาประกาศเตือนพายุฝนฟ้าคะนอง", True),
        ("one two three four five six", True),
        ("one two three four five", False),
    ],
)
def test_length_is_measured_in_every_script(text, counts):
    """Also in those that are written without spaces."""
    assert (keys_of([Block("paragraph", text)]) != (None,)) == counts


def test_key_is_of_what_is_said():
    """Spaces, letter case and how letters are composed make no difference; numbers do."""
    assert block_key(BOX) == block_key(unicodedata.normalize("NFD", BOX.upper()).replace(" ", " \u00a0"))
    assert block_key("Giá vàng 66,5 triệu") != block_key("Giá vàng 66,7 triệu")
    assert -(2**63) <= block_key(BOX) < 2**63


def test_first_paragraph_and_lead_stay():
    """Teasers of them stand on other pages, and columns begin with the same words."""
    blocks = [Block("heading", "Một"), Block("paragraph", BOX), Block("paragraph", NOTICE), *story(1)]
    templates = {block_key(BOX), block_key(NOTICE)}
    assert [block.reason for block in drop_templates(blocks, templates)][:3] == [None, None, "template"]
    assert [block.reason for block in drop_templates(blocks, templates, NOTICE)][:3] == [None, None, None]


def test_heading_goes_with_all_that_stands_below_it():
    """The name of a box, not the subheading of a text."""
    box = [Block("heading", "Đọc nhiều"), Block("list_item", BOX), Block("list_item", NOTICE)]
    own = [Block("heading", "Kết luận"), Block("list_item", BOX), *story(2, sentences=1)]
    dropped = drop_templates([*story(1), *box, *own], {block_key(BOX), block_key(NOTICE)})
    assert [block.reason for block in dropped[6:]] == ["template"] * 3 + [None, "template", None]


def test_page_of_nothing_else_keeps_its_text():
    """An article without text cannot be."""
    blocks = [Block("heading", "Thông báo"), Block("paragraph", BOX), Block("paragraph", NOTICE)]
    assert drop_templates(blocks, {block_key(BOX), block_key(NOTICE)}) == tuple(blocks)


def test_what_is_no_template_any_more_comes_back():
    """Dropping is a view of the blocks; other reasons stay."""
    blocks = [*story(1), Block("list_item", BOX, "template"), Block("list_item", NOTICE, "related")]
    restored = drop_templates(blocks, set())
    assert [block.reason for block in restored[6:]] == [None, "related"]
    assert drop_templates(restored, {block_key(BOX)}) == tuple(blocks)


def test_short_pages_prove_nothing():
    """Of two notes of a few words nobody can say that they have nothing to do with each other."""
    assert are_related(holder(1, sentences=1), holder(2, sentences=1))
    assert not are_related(holder(1), holder(2))


@given(st.permutations(range(8)), st.integers(0, 7))
def test_order_of_pages_does_not_matter(order, copies):
    """Some of the pages are copies of one story."""
    pages = [
        Holder(number, tuple(story(0 if number < copies else number, Block("list_item", BOX)))) for number in range(8)
    ]
    assert is_template(BOX, [pages[number] for number in order]) == (8 - copies + bool(copies) >= THRESHOLD)
