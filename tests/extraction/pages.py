"""Invented news pages in several languages, and the boxes that sites put around articles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class News:
    """An article in a language, and what its site calls the boxes."""

    language: str
    title: str
    text: str
    related: str
    headlines: tuple[str, ...]
    newsletter: str
    comments: str

    @property
    def paragraphs(self) -> list[str]:
        """Those of the text, which are set apart by empty lines."""
        return [" ".join(part.split()) for part in self.text.split("\n\n")]


VIETNAMESE = News(
    "vi",
    "Thành phố Huế lên kế hoạch chống ngập trong mùa mưa",
    """
Sáng nay, lãnh đạo thành phố Huế đã họp với đại diện các sở, ngành để bàn kế hoạch chống ngập trong mùa
mưa năm nay, khi lượng mưa được dự báo cao hơn trung bình nhiều năm.

Theo báo cáo, thành phố hiện còn hơn hai mươi tuyến đường thường xuyên bị ngập sau những trận mưa lớn
kéo dài, tập trung ở khu vực phía nam sông Hương và các khu dân cư mới.

Đại diện công ty thoát nước cho biết nhiều đoạn cống đã xuống cấp, trong khi kênh rạch bị lấn chiếm
khiến nước không kịp thoát ra sông vào giờ triều cường.

Kết luận cuộc họp, chủ tịch thành phố yêu cầu các đơn vị hoàn thành việc nạo vét kênh rạch trước cuối
tháng này và báo cáo tiến độ hằng tuần.
""",
    "Tin liên quan",
    ("Nông dân miền Tây được mùa dưa hấu", "Khai trương chợ đêm ven sông Hàn", "Xã đảo có trạm y tế mới khang trang"),
    "Đăng ký nhận bản tin qua email mỗi sáng",
    "Bình luận",
)
ENGLISH = News(
    "en",
    "City of Harwick agrees on plan against winter floods",
    """
The council of Harwick agreed on Tuesday evening on a plan that is to keep the old town dry during the
winter months, after three floods within two years damaged hundreds of homes.

Under the plan, the river bank between the two bridges will be raised by eighty centimetres, and four
pumps that date from the sixties will be replaced before the end of November.

"We have talked about this for long enough," said the deputy mayor, Ruth Alder, who had presented the
first draft of the plan last spring and had seen it rejected twice.

Shopkeepers in the market square welcomed the decision but asked for the works to pause in December,
when they earn a third of what they make in a year.
""",
    "Most read",
    ("Ferry services resume after storm", "School wins national robotics prize", "Bakery of the year named in Dunmore"),
    "Sign up to our daily newsletter and never miss a story",
    "Comments",
)
GERMAN = News(
    "de",
    "Stadtrat von Altenberg beschließt neuen Hochwasserschutz",
    """
Der Stadtrat von Altenberg hat am Dienstagabend ein Konzept beschlossen, das die Altstadt im Winter vor
Hochwasser schützen soll, nachdem drei Fluten innerhalb von zwei Jahren Hunderte Häuser beschädigt
hatten.

Das Flussufer zwischen den beiden Brücken wird dem Plan zufolge um achtzig Zentimeter erhöht, zudem
sollen vier Pumpen aus den sechziger Jahren noch vor Ende November ersetzt werden.

„Wir haben lange genug darüber geredet“, sagte die zweite Bürgermeisterin Ruth Erle, die den ersten
Entwurf im Frühjahr vorgelegt hatte und damit zweimal gescheitert war.

Die Händler am Marktplatz begrüßten die Entscheidung, baten aber darum, die Arbeiten im Dezember ruhen
zu lassen, wenn sie ein Drittel ihres Jahresumsatzes machen.
""",
    "Das könnte Sie auch interessieren",
    ("Fähre fährt nach Sturm wieder", "Schule gewinnt Preis für Roboter", "Bäckerei des Jahres steht in Dornau"),
    "Melden Sie sich für unseren täglichen Newsletter an",
    "Kommentare",
)
ARABIC = News(
    "ar",
    "بلدية المدينة تقر خطة جديدة لمواجهة الفيضانات",
    """
أقر مجلس بلدية المدينة مساء الثلاثاء خطة جديدة تهدف إلى حماية البلدة القديمة من الفيضانات خلال أشهر
الشتاء، بعد أن ألحقت ثلاثة فيضانات خلال عامين أضرارا بمئات المنازل.

وبموجب الخطة سيتم رفع ضفة النهر بين الجسرين بمقدار ثمانين سنتيمترا، كما ستستبدل أربع مضخات قديمة قبل
نهاية شهر تشرين الثاني المقبل.

وقالت نائبة رئيس البلدية، التي قدمت المسودة الأولى للخطة في الربيع الماضي، إن المجلس ناقش هذا الموضوع
بما فيه الكفاية وحان وقت العمل.

ورحب أصحاب المتاجر في ساحة السوق بالقرار، لكنهم طالبوا بوقف الأعمال خلال شهر كانون الأول الذي يحققون فيه
ثلث أرباحهم السنوية.
""",
    "اقرأ أيضا",
    ("العبارات تعود إلى العمل بعد العاصفة", "مدرسة تفوز بجائزة الروبوت", "افتتاح سوق جديد في المدينة"),
    "اشترك في نشرتنا البريدية اليومية",
    "التعليقات",
)
ALL = (VIETNAMESE, ENGLISH, GERMAN, ARABIC)


def cards(news: News) -> str:
    """Other articles as cards, as a list below or beside an article shows them."""
    return "".join(
        f'<div class="c-item"><a href="/n/{number}"><img src="/{number}.jpg"></a>'
        f'<h3><a href="/n/{number}">{headline}</a></h3><span>10/09/2026</span></div>'
        for number, headline in enumerate(news.headlines)
    )


def links(news: News) -> str:
    """Other articles as a plain list of links."""
    return "".join(f'<li><a href="/n/{number}">{headline}</a></li>' for number, headline in enumerate(news.headlines))


def page(news: News, *, before: str = "", middle: str = "", after: str = "", outside: str = "") -> str:
    """A page with its article: boxes before the text, in its middle, at its end, and outside its container."""
    body = [f"<p>{paragraph}</p>" for paragraph in news.paragraphs]
    half = len(body) // 2
    return f"""<!DOCTYPE html><html lang="{news.language}"><head><meta charset="utf-8">
<title>{news.title} - News</title>
<meta property="og:title" content="{news.title}"><meta property="og:type" content="article">
<meta property="article:published_time" content="2026-09-10T17:18:00+07:00"></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/a">A</a></li><li><a href="/b">B</a></li></ul></nav>
</header><main><article><h1>{news.title}</h1>{before}
<div class="body">{"".join(body[:half])}{middle}{"".join(body[half:])}{after}</div></article>
{outside}</main><footer><p>© 2026 News. <a href="/imprint">Imprint</a></p></footer></body></html>"""
