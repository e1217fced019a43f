"""Pairs of stories that look alike and are not copies."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from benchmarks.newsroom_copies import BOILERPLATE, Pair, first_words, story_of, text_of

_NUMBER = re.compile(r"\d+")
_YEAR = re.compile("(19|20)[0-9]{2}")

PRICES = (
    (
        "Giá vàng hôm nay {0}/{1}: Sáng nay, giá vàng SJC tại Hà Nội niêm yết ở mức {2},{3} triệu đồng/lượng mua vào "
        "và {4},{5} triệu đồng/lượng bán ra, {up} {6} nghìn đồng so với hôm qua. Tại TP.HCM, giá bán ra là {7},{8} "
        "triệu đồng/lượng. Trên thị trường thế giới, giá vàng giao ngay ở mức {9}.{10} USD/ounce, {up2} {11},{12} USD "
        "so với phiên trước. Tỷ giá USD tại Vietcombank là 2{13}.{14} đồng. Giá vàng nhẫn 9999 được giao dịch ở mức "
        "{15},{16} triệu đồng/lượng. Chênh lệch giữa giá mua và giá bán là {17} nghìn đồng mỗi lượng."
    ),
    (
        "The benchmark index closed at {0},{1} on Thursday, {up_en} {2}.{3} percent from the previous session. "
        "Turnover was {4}.{5} billion dollars. Brent crude futures settled at {6}.{7} dollars a barrel while U.S. "
        "crude was at {8}.{9} dollars. The euro traded at 1.{10} dollars. Of the index members, {11} rose and {12} "
        "fell. Gold was at {13}.{14} dollars an ounce. The yield on ten-year notes stood at {15}.{16} percent after "
        "{17} percent a day earlier."
    ),
    (
        "Das Wetter: Am Morgen liegen die Werte bei {0} Grad, am Nachmittag steigen sie auf {1} bis {2} Grad. In der "
        "Nacht kühlt es auf {3} Grad ab. Die Regenwahrscheinlichkeit liegt bei {4} Prozent, der Wind weht mit {5} bis "
        "{6} Kilometern pro Stunde, in Böen mit {7}. An der Küste werden {8} Grad erwartet, auf den Bergen {9} Grad. "
        "Die Sonne scheint {10} Stunden. Der Pegel des Flusses liegt bei {11} Zentimetern, {12} Zentimeter unter dem "
        "Mittel."
    ),
    (
        "Dự báo thời tiết ngày {0}/{1}: Hà Nội nhiệt độ từ {2} đến {3} độ C, độ ẩm {4}%, gió cấp {5}. Đà Nẵng từ {6} "
        "đến {7} độ C, khả năng mưa {8}%. TP.HCM từ {9} đến {10} độ C, chiều tối có mưa rào với lượng {11} mm. Tây "
        "Nguyên thấp nhất {12} độ C, cao nhất {13} độ C. Trên biển sóng cao {14} mét, tầm nhìn xa {15} km."
    ),
)
BRIEFS = (
    (
        "{name} ({age}) was arrested in {place} on suspicion of {deed} on {day}, police said. Officers were called to "
        "{street} at {hour} o'clock after a neighbour heard a noise. The suspect was taken to the station and will "
        "appear before a judge. Anyone who saw something is asked to call the police in {place}."
    ),
    (
        "Công an {place} vừa bắt giữ {name}, {age} tuổi, về hành vi {deed}. Khoảng {hour} giờ ngày {day}, lực lượng "
        "tuần tra phát hiện đối tượng tại {street}. Bước đầu {name} khai nhận hành vi của mình. Vụ việc đang được "
        "tiếp tục điều tra làm rõ."
    ),
)
_NAMES = "Nguyễn_Văn_An Trần_Thị_Bình John_Miller Mary_Jones Lê_Hoàng Phạm_Minh_Đức Peter_Brown Anna_Schmidt".split()
_PLACES = "Hà_Nội Đà_Nẵng Cần_Thơ Leeds York Hull Bath Huế".split()
_DEEDS = "trộm_cắp_tài_sản gây_rối_trật_tự burglary theft_of_a_bicycle vandalism đánh_bạc".split()
_STREETS = "Main_Street Trần_Phú Lê_Lợi Station_Road Mill_Lane Hùng_Vương".split()


def daily_report(rng: random.Random, texts: Sequence[str]) -> Pair:
    """Prices or the weather of two days: the same wording, other numbers, below a standing text."""
    template = "\n".join(PRICES[place] for place in rng.choice(((0,), (1,), (2,), (3,), (0, 3), (3, 0))))
    standing = first_words(rng.choice(texts), rng.choice((0, 0, 40, 100)))
    ups = ("tăng", "giảm"), ("up", "down")

    def day() -> str:
        words = {"up": rng.choice(ups[0]), "up2": rng.choice(ups[0]), "up_en": rng.choice(ups[1])}
        return template.format(*(rng.randint(1, 99) for _ in range(18)), **words)

    tail = f"\n{standing}" if standing and len(standing.split()) < 60 else ""
    return Pair("daily report", day() + tail, day() + tail, False)


def other_numbers(rng: random.Random, texts: Sequence[str]) -> Pair | None:
    """A real text with every number but its years replaced, if it has enough to be a report: one in 25 words."""
    text = rng.choice(texts)
    replaced = [number for number in _NUMBER.findall(text) if not _YEAR.fullmatch(number)]
    if len(replaced) * 25 < len(text.split()):
        return None
    return Pair("other numbers", text, _NUMBER.sub(lambda found: _other(rng, found[0]), text), False)


def _other(rng: random.Random, number: str) -> str:
    if _YEAR.fullmatch(number):
        return number
    width = min(len(number), 9)
    other = str(rng.randrange(10 ** (width - 1), 10**width))
    return other if other != number else str(int(number) + 1)


def preview_and_report(rng: random.Random, texts: Sequence[str]) -> Pair:
    """Two texts of their own with the same background, a fifth to two fifths of each."""
    one, other, background = rng.sample(list(texts), 3)
    words = rng.choice((60, 120, 250, 500))
    share = rng.uniform(0.2, 0.4)
    common = first_words(background, round(words * share))
    own = round(words * (1 - share))
    return Pair(
        "preview and report", f"{first_words(one, own)}\n{common}", f"{first_words(other, own)}\n{common}", False
    )


def parts_of_a_series(rng: random.Random, texts: Sequence[str]) -> Pair | None:
    """Two halves of a long text under the same note of the editor, above the same lines of the house."""
    story = story_of(rng.choice(texts))
    note = first_words(rng.choice(texts), 30)
    half = len(story) // 2
    if half < 4:
        return None
    tail = "\n".join(BOILERPLATE[:2])
    one, other = (f"{note}\n{text_of(part)}\n{tail}" for part in (story[:half], story[half:]))
    if min(len(one.split()), len(other.split())) < 120:
        return None
    return Pair("parts of a series", one, other, False)


def briefs_of_a_day(rng: random.Random, texts: Sequence[str]) -> Pair:  # noqa: ARG001
    """Police notices in the same words about other people."""
    template = rng.choice(BRIEFS)

    def brief() -> str:
        chosen = {"name": rng.choice(_NAMES), "place": rng.choice(_PLACES), "deed": rng.choice(_DEEDS)}
        chosen = {name: value.replace("_", " ") for name, value in (chosen | {"street": rng.choice(_STREETS)}).items()}
        numbers = {
            "age": rng.randint(18, 80),
            "hour": rng.randint(1, 23),
            "day": f"{rng.randint(1, 28)}/{rng.randint(1, 12)}",
        }
        return template.format(**chosen, **numbers)

    return Pair("briefs of a day", brief(), brief(), False)


def brief_in_a_roundup(rng: random.Random, texts: Sequence[str]) -> Pair:
    """A short story, and a long text of many that holds it."""
    stories = [first_words(text, 70) for text in rng.sample(list(texts), 4)]
    return Pair("brief in a roundup", stories[0], "\n".join(rng.sample(stories, len(stories))), False)


LOOK_ALIKES: dict[str, Callable[[random.Random, Sequence[str]], Pair | None]] = {
    "daily report": daily_report,
    "other numbers": other_numbers,
    "preview and report": preview_and_report,
    "parts of a series": parts_of_a_series,
    "briefs of a day": briefs_of_a_day,
    "brief in a roundup": brief_in_a_roundup,
}
