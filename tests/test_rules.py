"""The rules of a site, and what is refused as one."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

from newscrawl.rules import RulesError, SiteRules

RULES = {
    "prune_xpath": ("//div[has-class('related')]", "//article/following-sibling::node()[not(self::text())]"),
    "timezone": "Asia/Ho_Chi_Minh",
    "language": "vi",
    "adjust": "tests.adjusting:in_capitals",
}


@pytest.mark.parametrize(
    ("rule", "value", "fault"),
    [
        ("prune_xpath", "//aside", "a tuple of XPaths, as in (\"//aside\",), not '//aside'"),
        ("prune_xpath", ["//aside"], "a tuple of XPaths"),
        ("prune_xpath", (7,), "a tuple of XPaths"),
        ("prune_xpath", ("//div[",), "'//div[' is not a valid XPath (Invalid expression)"),
        ("prune_xpath", ("//p", ""), "'' is not a valid XPath"),
        ("prune_xpath", ("//p\0",), "not a valid XPath"),
        ("prune_xpath", ("//div[start-with(@id, 'x')]",), "unknown function start-with()"),
        ("prune_xpath", ("//re:div",), "Undefined namespace prefix"),
        ("prune_xpath", ("count(//p)",), "'count(//p)' does not select nodes; it returns 0.0"),
        ("timezone", "Asia/Hanoi", "an IANA name, such as 'Asia/Ho_Chi_Minh', not 'Asia/Hanoi'"),
        ("timezone", "Asia", "an IANA name"),
        ("timezone", "../../etc/passwd", "an IANA name"),
        ("timezone", "", "an IANA name"),
        ("timezone", 7, "an IANA name"),
        ("language", "vn", "an ISO 639-1 code, such as 'vi', not 'vn'"),
        ("language", "vi-VN", "an ISO 639-1 code"),
        ("language", "", "an ISO 639-1 code"),
        ("extractor", "readability", "one of newscrawl, trafilatura, not 'readability'"),
        ("adjust", "tests.adjusting.in_capitals", "written as 'module:function'"),
        ("adjust", ":in_capitals", "written as 'module:function'"),
        ("adjust", len, "written as 'module:function'"),
        ("adjust", "tests.nowhere:in_capitals", "No module named 'tests.nowhere'"),
        ("adjust", "tests.adjusting:in_italics", "tests.adjusting has no in_italics"),
        ("adjust", "tests.adjusting:NO_FUNCTION", "'tests.adjusting:NO_FUNCTION' is not a function"),
    ],
)
def test_rule_that_cannot_be_followed_is_refused(rule, value, fault):
    """When it is made, in one line that names the rule and the fault."""
    with pytest.raises(RulesError) as refused:
        SiteRules(**{rule: value})
    message = str(refused.value)
    assert message.startswith(rule)
    assert fault in message
    assert "\n" not in message


def test_rules_travel_to_a_process_without_scrapy():
    """They are data: what a worker gets is what the spider said, and reading by it loads no Scrapy."""
    rules = SiteRules(**RULES)
    code = (
        "import json, pickle, sys; rules = pickle.loads(sys.stdin.buffer.read());"
        "from lxml.html import fromstring; from newscrawl.extraction.page import prune;"
        "cut = prune(fromstring('<body><p>a</p><div class=\"x related\">b</div></body>'), rules);"
        "print(json.dumps([repr(rules), cut, 'scrapy' in sys.modules]))"
    )
    answer = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(rules), capture_output=True, check=True)
    assert json.loads(answer.stdout) == [repr(rules), ["b"], False]
