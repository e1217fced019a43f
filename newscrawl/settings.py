"""Settings of the Scrapy project; each can be set with `-s NAME=VALUE`."""

import os

from newscrawl import __version__

BOT_NAME = "newscrawl"
SPIDER_MODULES = ["newscrawl.spiders"]
NEWSPIDER_MODULE = "newscrawl.spiders"
COMMANDS_MODULE = "newscrawl.commands"

DATABASE_URL = os.environ.get("NEWSCRAWL_DATABASE_URL", "sqlite:///newscrawl.db")

ITEM_PIPELINES = {
    "newscrawl.pipelines.ExtractPipeline": 100,
    "newscrawl.pipelines.DedupePipeline": 300,
    "newscrawl.pipelines.StorePipeline": 400,
}
LOG_FORMATTER = "newscrawl.logformat.OneLineLogFormatter"
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"

USER_AGENT = f"newscrawl/{__version__}"
ROBOTSTXT_OBEY = True
COOKIES_ENABLED = False
AUTOTHROTTLE_ENABLED = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # of files as well

# Both let a local process run code as the crawl's user.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
