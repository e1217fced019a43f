"""Names of people in Chinese characters: which texts may be one, and which of a line are its reporters'."""

from __future__ import annotations

import re

LONGEST_LINE = 600
MOST_NAMES = 30

_FAMILY = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖萧蕭田董潘袁蔡蒋蔣余"
    "于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱丘侯江尹薛闫閻阎段雷龙龍黎史陶"
    "贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常汤湯"
)
"""Frequent family names of China, each also in traditional characters: nearly all of the hundred most frequent, which
85.9 % of the people have (National Report on Names 2019, Ministry of Public Security), and a few close behind them."""

_LONG_FAMILY = "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|司徒|慕容|皇甫|尉迟|尉遲|夏侯|东方|東方"
_FAMILY_OF_JAPAN = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|斎藤|斉藤|清水|山崎|阿部|森|池田"
    "|橋本|山下|石川|中島|前田|藤田|小川|後藤|岡田|長谷川|村上|近藤|石井|坂本|遠藤|青木|藤井|西村|福田|太田|三浦|藤原|岡本|松田"
    "|中川|中野|原田|小野|田村|竹内|金子|和田|中山|石田|上田|森田|柴田|酒井|工藤|横山|宮本|宮崎|内田|安藤|大野|今井|高木"
)
"""Family names that begin most names in Japan."""

HAN = "\u3005\u3400-\u9fff"
_NAME = re.compile(
    rf"(?:[{_FAMILY}][{HAN}]{{1,2}}|(?:{_LONG_FAMILY})[{HAN}]{{1,2}}|(?:{_FAMILY_OF_JAPAN})[{HAN}]{{1,3}})"
)
_TEXT = re.compile(rf"[{HAN}]{{2,5}}")
_OFFICE = re.compile("[社报報网網台局部]\\Z|通信|新聞|新闻|日报|責任|责任|编集|編集|编辑")
_PHOTOGRAPHER = re.compile("[摄攝]影?\\Z")
_LISTED = re.compile(r"[、,，\s]+")
_MORE = rf"((?:[、,，\s]{{1,2}}{_NAME.pattern}(?![{HAN}:：]))*)"
_AFTER_SIGN = re.compile(
    rf"(?:(?<![编編][辑輯])(?:记者|記者|作者|撰文|特派员|特派員)|(?<![{HAN}])文)\s?[:：/／丨|]\s?"
    rf"([{HAN}]{{2,4}}){_MORE}(?![{HAN}\u3040-\u30ff:：])"
)
_AFTER_WORD = re.compile(
    rf"(?<![编編][辑輯])(?:记者|記者|作者|撰文|特派员|特派員)\s?({_NAME.pattern}){_MORE}(?![{HAN}\u3040-\u30ff])"
)
_LABEL = re.compile(f"(?:记者|記者|作者|撰文|(?<![{HAN}])文)\\s?[:：]")
_HANGUL = re.compile(r"(?<![가-힣])([가-힣]{2,4})\s?(?:선임|수습|인턴|전문)?(?:기자|특파원|논설위원)(?![가-힣])")


def is_han(text: str) -> bool:
    """Whether a text is two to five Chinese characters and nothing else."""
    return _TEXT.fullmatch(text) is not None


def is_han_name(text: str) -> bool:
    """Whether two to five Chinese characters are a name wherever they stand: they begin with a frequent family name."""
    return _NAME.fullmatch(text) is not None and not is_han_office(text)


def is_han_office(text: str) -> bool:
    """Whether a text in Chinese characters is the name of a paper, an agency or an editorial office."""
    return _OFFICE.search(text) is not None


def has_han_label(text: str) -> bool:
    """Whether a line has a Chinese or Japanese word for the author, and a colon behind it."""
    return _LABEL.search(text) is not None


def names_in_han(text: str) -> list[str]:
    """Return the names that a line of Chinese, Japanese or Korean marks as its reporters': 记者 李文博, 김철수 기자.

    Behind a colon or a stroke any two to four characters may be the name. Behind the word alone, which stands in
    sentences as well (记者获悉), they must begin with a family name, as must all further names of the line.
    """
    line = text[:LONGEST_LINE]
    found: list[str] = []
    for match in sorted((*_AFTER_SIGN.finditer(line), *_AFTER_WORD.finditer(line)), key=re.Match.start):
        found += [match[1], *filter(None, _LISTED.split(match[2]))]
    found += _HANGUL.findall(line)
    return [name for name in dict.fromkeys(found) if not _PHOTOGRAPHER.search(name)][:MOST_NAMES]
