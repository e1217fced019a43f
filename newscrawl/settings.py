"""Settings of the Scrapy project; each can be set with `-s NAME=VALUE`."""

import os

BOT_NAME = "newscrawl"
SPIDER_MODULES = ["newscrawl.spiders"]
NEWSPIDER_MODULE = "newscrawl.spiders"
COMMANDS_MODULE = "newscrawl.commands"

DATABASE_URL = os.environ.get("NEWSCRAWL_DATABASE_URL", "sqlite:///newscrawl.db")

# Raw pages of stored articles, as WARC files in a folder for each spider; empty to keep none.
ARCHIVE_DIR = os.environ.get("NEWSCRAWL_ARCHIVE_DIR", "archive")

# A program with its arguments, as in "/home/me/tell-me --by mail": run when a site breaks, and when it is well again.
ALARM_COMMAND = os.environ.get("NEWSCRAWL_ALARM_COMMAND", "")
ALARM_MAX_SECONDS = 30  # for one call

# One crawl of a site into a database at a time. Without it several share the work, each at its own pace.
CRAWL_LOCK = True
RUN_ID = None  # set by the crawl command, which begins the record of the run

# A log file for each site, turned over when it is full, in the place of stderr; LOG_JSON writes one JSON line an event.
LOG_DIR = os.environ.get("NEWSCRAWL_LOG_DIR", "")
LOG_JSON = False
LOG_MAX_MEGABYTES = 10
LOG_KEEP = 5  # files besides the one that is written

# Processes that extract: as many as there are processors; 0 extracts in the crawl itself, for debugging.
EXTRACT_WORKERS = int(os.environ.get("NEWSCRAWL_EXTRACT_WORKERS", os.cpu_count() or 1))
EXTRACT_MAX_SECONDS = 60  # for a page
EXTRACT_MAX_MEGABYTES = 2_000  # of address space, for a worker

# What one run may do; the next goes on from there. 0 sets no limit.
CRAWL_MAX_PAGES = 5_000
CRAWL_MAX_MINUTES = 0
CRAWL_MAX_MEGABYTES = 2_000

ITEM_PIPELINES = {
    "newscrawl.crawl.pipelines.ExtractPipeline": 100,
    "newscrawl.crawl.pipelines.StorePipeline": 400,
}
LOG_FORMATTER = "newscrawl.crawl.logging.OneLineLogFormatter"
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"

# Of the person who crawls: a web or mail address. It goes into the User-Agent, which `network.identity` makes.
CONTACT = os.environ.get("NEWSCRAWL_CONTACT", "")
ADDONS = {
    "newscrawl.network.identity.Identity": 0,
    "newscrawl.network.replay.ReplayAddon": 100,  # with FIXTURES_DIR, nothing is asked of the network
}

# Hosts and networks besides the public Internet, as in "127.0.0.1,10.0.0.0/8,news.intranet"; True for all.
ALLOW_PRIVATE_ADDRESSES = os.environ.get("NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES", "")
# The user's HTTP proxies (http_proxy, https_proxy, no_proxy) are used, and resolve names themselves.
TWISTED_DNS_RESOLVER = "newscrawl.network.resolver.GlobalResolver"
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"
DOWNLOAD_HANDLERS = {
    "http": "newscrawl.network.handler.WireDownloadHandler",
    "https": "newscrawl.network.handler.WireDownloadHandler",
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER_MIDDLEWARES = {
    "newscrawl.network.addresses.GuardMiddleware": 10,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newscrawl.network.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "newscrawl.network.retry.PauseAndRetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "newscrawl.network.redirect.ReasonedRedirectMiddleware": 600,
}
EXTENSIONS = {
    "newscrawl.network.bodies.ContentTypeFilter": 0,
    "newscrawl.crawl.health_watch.HealthWatch": 0,
}

ROBOTSTXT_OBEY = True
CRAWL_DELAY_MAX = 60  # seconds; what robots.txt asks for beyond that is cut
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1  # the least that is between two requests to a host, whichever crawls of a process make them
DOWNLOAD_DELAY_JITTER = 0  # it would make delays shorter as well

DOWNLOAD_TIMEOUT = 30  # from the connection to the last byte
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # of files as well, and of bodies after they are unpacked
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the page's outcome says it
RETRY_AFTER_MAX = 60  # seconds that are waited for a busy server
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False

# Both let a local process run code as the crawl's user.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
