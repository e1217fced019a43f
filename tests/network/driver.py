"""A process that crawls by newscrawl's settings, in a world whose only names are those that a test gives it.

Reads what to do as JSON from standard input, and writes what came of it as JSON to standard output. Every look-up of
another name, and every connection that would leave the machine, is written down as a leak and fails.
"""

from __future__ import annotations

import json
import sys

from testing import closed_world

closed_world.close()

import scrapy  # noqa: E402 - after the world has been closed
from scrapy.crawler import AsyncCrawlerProcess  # noqa: E402
from scrapy.settings import Settings  # noqa: E402

import newscrawl.settings  # noqa: E402
from newscrawl.discovery import robots_sitemaps  # noqa: E402
from newscrawl.network.refusals import reason_of  # noqa: E402
from newscrawl.network.robots import robots_for  # noqa: E402

ORDER = json.loads(sys.stdin.read())
SEEN: dict[str, list] = {"results": []}
closed_world.NAMES.update(ORDER.get("names", {}))
closed_world.LATE.update(ORDER.get("late", {}))


class AskingSpider(scrapy.Spider):
    name = "asking"

    def __init__(self, urls, allowed_domains=(), links=(), robots_of=()):
        super().__init__()
        self.urls, self.allowed_domains, self.links, self.robots_of = urls, allowed_domains, links, robots_of

    def ask(self, url):
        return scrapy.Request(url, self.answered, errback=self.failed, dont_filter=True)

    async def start(self):
        for url in self.robots_of:
            robots = await robots_for(self.crawler, url)
            SEEN["results"].append(
                {
                    "robots": url,
                    "reachable": robots.reachable,
                    "sitemaps": [link.url for link in robots_sitemaps(robots.body, url)],
                }
            )
        for url in self.urls:
            yield self.ask(url)

    def answered(self, response):
        SEEN["results"].append(
            {
                "url": response.request.meta.get("redirect_urls", [response.url])[0],
                "status": response.status,
                "size": len(response.body),
                "body": response.body[:200].decode("latin-1"),
            }
        )

    def failed(self, failure):
        request = failure.request
        reason, sentence = reason_of(failure)
        url = request.meta.get("redirect_urls", [request.url])[0]
        SEEN["results"].append({"url": url, "reason": reason, "sentence": sentence})


def main() -> None:
    settings = Settings()
    settings.setmodule(newscrawl.settings, "project")
    settings.update(
        {
            "SPIDER_MODULES": [],
            "ITEM_PIPELINES": {},
            "HTTPERROR_ALLOW_ALL": True,
            "DOWNLOAD_DELAY": 0.05,
            "AUTOTHROTTLE_START_DELAY": 0.05,
        }
        | {"CONTACT": "https://news.example/bot", "LOG_LEVEL": "INFO"}
        | ORDER.get("settings", {}),
        "project",
    )
    process = AsyncCrawlerProcess(settings)
    crawlers = []
    for spider in ORDER["spiders"]:
        cls = type("Spider", (AskingSpider,), {"custom_settings": spider.pop("settings", {})})
        crawlers.append(process.create_crawler(cls))
        process.crawl(crawlers[-1], **spider)
    process.start()
    SEEN["stats"] = [
        {key: value for key, value in crawler.stats.get_stats().items() if isinstance(value, int | str)}
        for crawler in crawlers
    ]
    print(json.dumps(SEEN | closed_world.report()))  # noqa: T201


if __name__ == "__main__":
    main()
