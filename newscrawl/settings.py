"""Settings of the Scrapy project; each can be set with `-s NAME=VALUE`, and some by an environment variable.

The string below a setting is its documentation: `docs/generate.py` prints it into docs/reference/settings.md.
"""

import os

BOT_NAME = "newscrawl"
"""First word of the User-Agent."""
SPIDER_MODULES = ["newscrawl.spiders"]
"""Packages in which Scrapy looks for spiders. Their rules hold for the pages of their sites, whoever fetches them."""
NEWSPIDER_MODULE = "newscrawl.spiders"
"""Package into which `newscrawl new-site` writes a spider."""
SPIDER_LOADER_CLASS = "newscrawl.base_spiders.declared.SiteLoader"
"""Finds also the sites that `newscrawl sites list` names, and the publishers of `newscrawl sites publishers`, which no
round crawls until they are added."""
COMMANDS_MODULE = "newscrawl.commands"
"""Adds `scrapy savefixture`, and a `scrapy crawl` whose exit code says how the crawl ended."""

DATABASE_URL = os.environ.get("NEWSCRAWL_DATABASE_URL", "sqlite:///newscrawl.db")
"""Where articles are stored: `sqlite:///PATH` or `postgresql://USER@HOST/NAME`. Tables are created and upgraded by
the first crawl. Keep a password in `~/.pgpass` or in this variable, where no list of processes shows it."""

ARCHIVE_DIR = os.environ.get("NEWSCRAWL_ARCHIVE_DIR", "archive")
"""Folder for the raw pages of stored articles: WARC files in a folder per spider; with PostgreSQL that is in a folder
per machine, so that several machines may share `ARCHIVE_DIR`. Or a place in an object store, as in `s3://BUCKET/FOLDER`:
see [Several machines](../OPERATING.md#an-archive-in-an-object-store). Empty: keep none."""
ARCHIVE_SPOOL = os.environ.get("NEWSCRAWL_ARCHIVE_SPOOL", "archive-spool")
"""Folder of this machine where raw pages wait until they are in the object store that `ARCHIVE_DIR` names."""

UMASK = os.environ.get("NEWSCRAWL_UMASK", "027")
"""Permissions that the database, the archive, logs and exports of a crawl do not get, in octal digits: with `027` other
users of the machine cannot read them, and the group cannot write. The umask of the user is applied as well, so that a
stricter one wins. Files that exist keep their permissions. Locks are always the user's alone."""

ALARM_COMMAND = os.environ.get("NEWSCRAWL_ALARM_COMMAND", "")
"""A program with its arguments, run when a site breaks and when it has recovered. See [Notice when a site
breaks](../HEALTH.md#being-told)."""
ALARM_MAX_SECONDS = 30
"""Time limit for one call of `ALARM_COMMAND`."""

CRAWL_LOCK = True
"""Allow one crawl of a site into a database at a time; a second one exits with 0 at once. Without the lock, several
crawls share the pages of a site, each at its own pace."""
LEASE_SECONDS = float(os.environ.get("NEWSCRAWL_LEASE_SECONDS", "60"))
"""With PostgreSQL, seconds after which another machine may take over a site whose crawl has died, stopped, or lost the
network, by the clock of the database. A crawl renews its lease three times in that time."""
SITE_DEAD_DAYS = float(os.environ.get("NEWSCRAWL_SITE_DEAD_DAYS", "14"))
"""Days without a page that can be read, and nothing but names that are not known, connections that are refused, 404 and
410 in at least five rounds, after which a site counts as [dead](../SITES.md#sites-that-are-gone). 0: never."""
SITE_DEAD_CHECK_DAYS = float(os.environ.get("NEWSCRAWL_SITE_DEAD_CHECK_DAYS", "30"))
"""Days after which a round asks such a site once more; one that answers is active again."""
RUN_ID = None
"""Internal: set by the crawl command, which writes the record of the run."""
FIXTURES_DIR = None
"""Folder of recorded pages. With it, every request is answered from the recordings in `FIXTURES_DIR/SPIDER`, and
nothing is asked of the network."""

LOG_DIR = os.environ.get("NEWSCRAWL_LOG_DIR", "")
"""Folder for a log file per site, rotated when it is full. Empty: log to stderr."""
LOG_JSON = False
"""Write one JSON object per event: `time`, `level`, `logger`, `message`, `run`, `spider`, `exception`."""
LOG_MAX_MEGABYTES = 10
"""Size at which a log file in `LOG_DIR` is rotated."""
LOG_KEEP = 5
"""Rotated log files to keep per site, beside the one that is written."""

EXTRACTOR = os.environ.get("NEWSCRAWL_EXTRACTOR", "newscrawl")
"""Who finds the text of pages: `newscrawl`, which asks trafilatura where it is unsure, or `trafilatura` alone. The
attribute `extractor` of a spider comes first."""
EXTRACT_WORKERS = int(os.environ.get("NEWSCRAWL_EXTRACT_WORKERS", os.cpu_count() or 1))
"""Processes that extract articles and read listings; by default as many as there are processors. 0 extracts in the
crawl's own process, for debugging."""
EXTRACT_MAX_SECONDS = 60
"""Time limit for one page. A page that takes longer fails as `worker_timeout`."""
EXTRACT_MAX_MEGABYTES = 2_000
"""Limit of a worker's address space. A page that needs more fails as `worker_died`."""

CRAWL_MAX_PAGES = 5_000
"""Pages that a run may fetch; the next run continues from there. 0: no limit."""
CRAWL_MAX_MINUTES = 180
"""Minutes that a run may take; the next one continues from there. 0: no limit."""
CRAWL_MAX_MEGABYTES = 2_000
"""Megabytes that a run may download. 0: no limit."""
CRAWL_MAX_STORED_MEGABYTES = 1_000
"""Megabytes of texts and addresses that a run may store. 0: no limit."""
KNOWN_PAGES_MAX = 200_000
"""Pages of a site that are known at a time. Beyond that the oldest that were never fetched are forgotten, and only
their number is kept (`forgotten_pages`). 0: no limit."""
ARTICLE_MAX_CHARACTERS = 3_000_000
"""Characters of an article with all its blocks: 500,000 words. A page with more ends as `too_long`. 0: no limit."""
DISK_MIN_FREE_MEGABYTES = 500
"""Free space on the disks of database, archive and logs below which a run ends as `disk_low`; a twentieth of a disk of
less than 10 GB. 0: no limit."""

# The four things that the project is for happen in these two:
# - extract the main text: `extraction`, in a worker process
# - drop sidebars: `extraction` judges each block of a page; `boilerplate` drops what a site repeats, when storing
# - dedupe: `dedupe` makes the keys in the worker; `storage.duplicates` decides in the writing transaction
# - store: `storage.store`
ITEM_PIPELINES = {
    "newscrawl.crawl.pipelines.ExtractPipeline": 100,
    "newscrawl.crawl.pipelines.StorePipeline": 400,
}
"""`ExtractPipeline` extracts the main text and drops sidebars, in a worker; `StorePipeline` drops learned
boilerplate, dedupes and stores, in one transaction. A pipeline of your own between 100 and 400 receives a `Candidate`,
`Outcome` or `Listing`; after 400, a stored `Article`."""
LOG_FORMATTER = "newscrawl.crawl.logging.OneLineLogFormatter"
"""Logs one line per dropped page, with control characters escaped."""
LOG_LEVEL = "INFO"
"""Lowest level that is logged."""
FEED_EXPORT_ENCODING = "utf-8"
"""Encoding of Scrapy's feed exports (`-O`)."""

CONTACT = os.environ.get("NEWSCRAWL_CONTACT", "")
"""Web or mail address of the person who crawls. It goes into the User-Agent, so that a site can write to you."""
ADDONS = {
    "newscrawl.network.identity.Identity": 0,
    "newscrawl.network.replay.ReplayAddon": 100,
}
"""`Identity` makes the User-Agent of `CONTACT`; `ReplayAddon` answers from `FIXTURES_DIR`."""

ALLOW_PRIVATE_ADDRESSES = os.environ.get("NEWSCRAWL_ALLOW_PRIVATE_ADDRESSES", "")
"""Hosts and networks that may be crawled though they are not on the public Internet:
`127.0.0.1,10.0.0.0/8,news.intranet`. `True`: all. Without it, no page, redirect or name server can send a crawl to a
private address. An HTTP proxy (`http_proxy`, `https_proxy`, `no_proxy`) is used, and resolves names itself."""
TWISTED_DNS_RESOLVER = "newscrawl.network.resolver.GlobalResolver"
"""Resolves names to public addresses only, and to those in `ALLOW_PRIVATE_ADDRESSES`."""
DOWNLOAD_VERIFY_CERTIFICATES = True
"""Verify TLS certificates. A page whose certificate is wrong fails as `tls`."""
DOWNLOAD_TLS_MIN_VERSION = "TLSv1.2"
"""Oldest version of TLS that is accepted."""
DOWNLOAD_HANDLERS = {
    "http": "newscrawl.network.handler.WireDownloadHandler",
    "https": "newscrawl.network.handler.WireDownloadHandler",
    "file": None,
    "ftp": None,
    "s3": None,
}
"""HTTP and HTTPS only, by a handler that checks addresses, headers and bodies."""
DOWNLOADER_MIDDLEWARES = {
    "newscrawl.network.addresses.GuardMiddleware": 10,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "newscrawl.network.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "newscrawl.network.retry.PauseAndRetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "newscrawl.network.redirect.ReasonedRedirectMiddleware": 600,
}
"""Three of Scrapy's middlewares are replaced: by a robots.txt that is obeyed when its server fails, by retries that
keep Retry-After, and by redirects that never leave the site without a reason, those by refresh among them."""
EXTENSIONS = {
    "newscrawl.network.bodies.ContentTypeFilter": 0,
    "newscrawl.crawl.health_watch.HealthWatch": 0,
    "newscrawl.crawl.progress.ProgressLine": 0,
    "scrapy.extensions.logstats.LogStats": None,
}
"""`ContentTypeFilter` stops downloads that are not pages; `HealthWatch` compares a run with the site's past;
`ProgressLine` says every 10 seconds what is done and what is queued, in the place of Scrapy's `LogStats`."""

ROBOTSTXT_OBEY = True
"""Obey robots.txt."""
CRAWL_DELAY_MAX = 60
"""Longest Crawl-delay of a robots.txt that is kept, in seconds; a longer one is cut to this."""
AUTOTHROTTLE_ENABLED = True
"""Go slower when the server is slow."""
AUTOTHROTTLE_START_DELAY = 1
"""Seconds between the first two requests to a host."""
CONCURRENT_REQUESTS_PER_DOMAIN = 1
"""Requests to a host at a time."""
DOWNLOAD_DELAY = 1
"""Least number of seconds between two requests to a host, whichever crawls of a process make them."""
DOWNLOAD_DELAY_JITTER = 0
"""Share of the delay by which it varies. Above 0 some delays are shorter than `DOWNLOAD_DELAY`."""

DOWNLOAD_TIMEOUT = 30
"""Seconds from the connection to the last byte."""
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
"""Largest page in bytes, unpacked; of local files as well."""
DOWNLOAD_WARNSIZE = 0
"""Size from which Scrapy logs a warning. 0: never; the page's outcome says it."""
RETRY_TIMES = 2
"""Retries of a request that failed, within a run; later runs visit the page again."""
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
"""Level of the message that a request is given up; the page's outcome says it as well."""
RETRY_AFTER_MAX = 60
"""Longest Retry-After to wait for within a run, in seconds. A longer one ends the run as `asked_to_wait`."""
REDIRECT_MAX_TIMES = 5
"""Redirects to follow for a page."""
METAREFRESH_ENABLED = False
"""Off: `ReasonedRedirectMiddleware` follows `<meta http-equiv="refresh">` within a site."""
COOKIES_ENABLED = False
"""Keep no cookies. One that a redirect sets is sent back for the rest of that chain of redirects alone."""
REFERER_ENABLED = False
"""Send no Referer."""

TELNETCONSOLE_ENABLED = False
"""Off, because it lets a local process run code as the crawl's user."""
REMOTE_CONTROL_ENABLED = False
"""Off, because it lets a local process run code as the crawl's user."""
