"""Every reason that a page or a run may end with: what it means, and what to do about it.

`docs/generate.py` prints them into docs/reference/reasons.md. A test finds reasons in the code that are missing here.
Why single blocks are dropped stands beside `items.DropReason`, how visits end beside `items.OutcomeName`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Reason(NamedTuple):
    """What a reason means, and what to do about it: sentences in Markdown for the person who runs the crawl."""

    meaning: str
    advice: str


NOTHING = "Nothing."
LATER = "Nothing: later runs visit the page again, less and less often."
REPORT = "Please report it, with the page if you may publish it."

PAGE_REASONS: Mapping[str, Reason] = {
    # Pages that were read and hold no article.
    "no_text": Reason(
        "The page has no text that could be an article: a shell around a video, a page drawn by JavaScript, an error.",
        "Look at `newscrawl explain FILE` with the saved page. If the article is there, report it.",
    ),
    "too_short": Reason(
        "What text there is is too short for an article.",
        "If these are articles, report it; brief notices are the doubtful case.",
    ),
    "too_long": Reason(
        "The text and the other blocks of the page have more characters than `ARTICLE_MAX_CHARACTERS`.",
        "Raise the setting if these are articles.",
    ),
    "needs_rendering": Reason(
        "The page has no text in its HTML: scripts draw it in the browser. Neither the data that it carries for them "
        "nor a feed has the text.",
        "Look whether the site has a feed with full texts, and name it in a spider. Otherwise the site cannot be "
        "crawled without a browser.",
    ),
    "protected": Reason(
        "The page asks for a password in the place of its text, or to sign in or subscribe, and shows nothing of its "
        "own but a lead.",
        "Nothing: its text is not public.",
    ),
    "listing": Reason(
        "The page lists articles: a home page, a section, search results.",
        "Narrow `article_url` of the spider, so that such pages are not fetched as articles.",
    ),
    "wall": Reason(
        "Something stands in the article's place: a request for consent, to sign in or to subscribe, a check for "
        "robots, a notice that the page is not for this country, is being maintained or does not exist.",
        "Look at the page in a browser. If it shows the article there, the site answers the crawler differently: see "
        "`error` for the kind. Behind a check for robots and maintenance the page is tried again, for two weeks.",
    ),
    "worse": Reason(
        "The page of a known article lost most of its text, and with it its title, its template or all that it said; "
        "or it became something that is hardly an article: a notice that it is not found, a wall. The stored text "
        "stays.",
        "Look at the page in a browser. If that is all that is left of the article, take it: `newscrawl crawl NAME -a "
        "urls=URL -a accept=1`. `newscrawl health` says it where it is many pages of a site.",
    ),
    "redirected": Reason(
        "The page of a known article redirects to one with another text, which is stored as an article of its own. The "
        "stored text stays.",
        NOTHING,
    ),
    "not_replaced": Reason(
        "A local page names the address of an article that was fetched, or read from files of another kind. It "
        "replaces nothing, and is only counted with the run.",
        "If you fetched these pages yourself, run with `--trust`.",
    ),
    "forgotten": Reason(
        "The site names more pages than `KNOWN_PAGES_MAX`; these were forgotten without a visit, the oldest first. "
        "They are only counted, with the run and in `forgotten_pages`.",
        "Nothing, or raise the setting; with `since` the pages of some days are named again.",
    ),
    "content_type": Reason("The server says that it is no web page: a picture, a PDF, a download.", NOTHING),
    "older": Reason(
        "The page is not from the days of a run with `since` and `until`, or lies beyond the 2,000 articles of a first "
        "run.",
        "To have it, run with `-a since=DAY`.",
    ),
    "not_modified": Reason("The server says that the page has not changed (304).", NOTHING),
    "deleted": Reason(
        "You removed it with `newscrawl delete`. No listing queues it again, and nothing brings it back that redirects "
        "to it, names it as canonical, is another form of it or holds a copy of it, such as a WARC file.",
        "Nothing, or request exactly that address: `newscrawl crawl NAME -a urls=URL`.",
    ),
    # Pages and files that could not be read.
    "empty": Reason("The page or file has no content.", LATER),
    "truncated": Reason("It ends before its end: a connection that was cut, half a file.", LATER),
    "binary": Reason("It is not text, whatever its type says.", NOTHING),
    "undecodable": Reason(
        "Its bytes are in no character set that could be identified.",
        "For a file, declare the charset in the page or in the manifest. For a site, report it.",
    ),
    "too_large": Reason(
        "It is larger than `DOWNLOAD_MAXSIZE`, or has more elements or lines than any article.",
        "Raise `DOWNLOAD_MAXSIZE` if these are articles.",
    ),
    "unreadable": Reason(
        "The file cannot be opened or read.", "Check its permissions and the disk; `error` has the detail."
    ),
    "bad_manifest": Reason("`pages.json` beside the file is wrong.", "Correct the entry that `error` names."),
    "worker_timeout": Reason("Extraction took longer than `EXTRACT_MAX_SECONDS`.", REPORT),
    "worker_died": Reason(
        "The page takes more memory than `EXTRACT_MAX_MEGABYTES` allows, or two workers died over it.",
        "Check the machine's memory and `EXTRACT_MAX_MEGABYTES`. If it happens again with the same page, report it.",
    ),
    "extractor_failed": Reason("A fault in extraction; the log has the traceback.", REPORT),
    "rules_failed": Reason(
        "`adjust` of the spider failed on the page.", "Correct the function; `error` names the fault."
    ),
    "unstorable": Reason("The database refused the article; the others of its batch are stored.", REPORT),
    "incomplete": Reason(
        "Further pages of an article that its site cuts into several are missing in a WARC file.",
        "Nothing, or crawl it live.",
    ),
    "no_warc": Reason(
        "The file is not a WARC file, or its beginning is damaged.", "Name only WARC files, or restore it."
    ),
    "damaged": Reason("A record of a WARC file is damaged; the others are read.", "Restore the file from a backup."),
    "bad_date": Reason("A WARC record has no valid date.", "Repair the file with the tool that wrote it."),
    # Listings that could not be read.
    "nothing_queued": Reason(
        "The feed or sitemap was read, and none of the pages that it names looks like an article of the site.",
        "Look at it. If it names articles of another domain, crawl that one, or add it to the spider's "
        "`allowed_domains`; if of this one, write a spider with `article_url` for the site, and report it.",
    ),
    "cut_off": Reason(
        "The listing ends in its middle, or names more pages than are read; what was read of it is followed.",
        "Nothing: it is asked for whole at the next visit. If it stays so, tell the site.",
    ),
    "no_listing": Reason(
        "A web page stands where a feed or sitemap is expected.", "Look for the new address, and change the spider."
    ),
    "not_there": Reason(
        "One of the addresses at which sites mostly have feeds and sitemaps, tried because this one names none.",
        NOTHING,
    ),
    "broken": Reason("The feed or sitemap is malformed before its first entry.", LATER),
    "not_html": Reason(
        "It is neither a feed nor a sitemap nor HTML.", "Look for the new address, and change the spider."
    ),
    "no_links": Reason(
        "A section page without links to its site: mostly one that is drawn by JavaScript.",
        "Use a feed or sitemap of the site instead.",
    ),
    # What happened on the way to the page.
    "http_*": Reason(
        "The server answered with this status. 404 and 410 mark a known article as gone. With 401, 402, 403 and 451 "
        "the article is still stored if a feed has its whole text.",
        "401, 403, 451: check `CONTACT`, or ask the site. 404: look for new addresses. 429: crawl more slowly. "
        "5xx: nothing, later runs try again.",
    ),
    "dns": Reason("The host name cannot be resolved.", "Check the name and the network; later runs try again."),
    "timeout": Reason("The server did not answer within `DOWNLOAD_TIMEOUT`.", LATER),
    "refused": Reason("The server refuses connections.", LATER),
    "reset": Reason("The connection was lost.", LATER),
    "tls": Reason(
        "The certificate or the TLS version is wrong.",
        "Check the site in a browser, and the clock and CA certificates of the machine.",
    ),
    "headers": Reason("The headers are longer than any server needs.", LATER),
    "robots": Reason("robots.txt forbids the page.", "Respect it, or ask the site."),
    "robots_unreachable": Reason(
        "robots.txt could not be fetched, so nothing of the host is.", "Nothing: later runs ask for it again."
    ),
    "offsite_redirect": Reason(
        "The page redirects to another site.", "If the site has moved, change `allowed_domains` of the spider."
    ),
    "redirect_loop": Reason("More redirects than `REDIRECT_MAX_TIMES`.", LATER),
    "private_address": Reason(
        "The page leads to an address that is not on the public Internet.",
        "If it is yours and you mean it, name it in `ALLOW_PRIVATE_ADDRESSES`.",
    ),
    "scheme": Reason("The URL is neither http nor https.", NOTHING),
    "bad_url": Reason("The URL is malformed.", NOTHING),
    "userinfo": Reason("The URL contains a user name or password; such URLs are not fetched.", NOTHING),
    "bad_port": Reason("The URL has the port of another service than HTTP.", NOTHING),
    "not_recorded": Reason(
        "In a replay: the URL is not among the recordings.",
        "Record it with `scrapy savefixture`, if the test needs it.",
    ),
    "failed": Reason("None of the above; `error` has the detail.", LATER),
}

REEXTRACTION_REASONS: Mapping[str, Reason] = {
    "missing": Reason(
        "The file of the raw page is not there.", "Restore the archive, or set `ARCHIVE_DIR` to where it is."
    ),
    "unusable": Reason("The file of the raw page cannot be read or written.", "Check its permissions and the disk."),
    "unreachable": Reason(
        "The object store that `ARCHIVE_DIR` names did not answer; the pass ended there.", "Run the same command again."
    ),
    "outside": Reason(
        "The row names a file outside of `ARCHIVE_DIR`.", "Set `ARCHIVE_DIR` to the folder that has the file."
    ),
    "another_page": Reason(
        "The record in the archive is that of another page.", "Restore archive and database from one backup."
    ),
    "unexpected": Reason(
        "The record is a further page of the article before it.", "Restore archive and database from one backup."
    ),
    "changed_meanwhile": Reason("A crawl changed the article during the pass.", NOTHING),
}
"""Beside reasons of pages: why `newscrawl reextract` left an article as it was."""

RUN_REASONS: Mapping[str, Reason] = {
    "finished": Reason("Everything that was due is done.", NOTHING),
    "max_articles": Reason(
        "The run has stored as many articles as `-a max_articles` allows.", "Nothing: the next run continues."
    ),
    "max_pages": Reason("`CRAWL_MAX_PAGES` was reached.", "Nothing: the next run continues."),
    "max_minutes": Reason("`CRAWL_MAX_MINUTES` was reached.", "Nothing: the next run continues."),
    "max_megabytes": Reason("`CRAWL_MAX_MEGABYTES` was reached.", "Nothing: the next run continues."),
    "max_stored": Reason("`CRAWL_MAX_STORED_MEGABYTES` was reached.", "Nothing: the next run continues."),
    "disk_low": Reason(
        "A disk of database, archive or logs has less free space than `DISK_MIN_FREE_MEGABYTES`.",
        "Free some space; the next run continues.",
    ),
    "unreachable": Reason(
        "Ten visits in a row failed for reasons of the site or of the way there.",
        "Check the network and the site; the next run tries again.",
    ),
    "slow_failures": Reason(
        "More than half of the time of the run, and more than ten minutes, went into pages that failed: a server that "
        "sends too slowly, pages that take too long to extract.",
        "Look at the reasons of its failed pages; the next run tries again.",
    ),
    "asked_to_wait": Reason(
        "The server asked to wait longer than `RETRY_AFTER_MAX`.", "Nothing: later runs wait as long."
    ),
    "shutdown": Reason("Ctrl-C or SIGTERM, or `--time-limit`.", "Nothing: the next run continues."),
    "killed": Reason(
        "The process ended without a word: SIGKILL, a power cut, want of memory.",
        "Nothing is lost. If it happens often, look at the machine's memory.",
    ),
    "storage_failed": Reason(
        "The database could not be written.", "Free disk space or end the program that locks it: `error` says which."
    ),
    "lease_lost": Reason(
        "Another machine took over the site, because this process had stopped or was cut off from the database for "
        "longer than `LEASE_SECONDS`. What it still wanted to write was refused; `counts.reasons` says how much.",
        "Nothing: the other crawl goes on. If it happens often, look at the machine, or raise `LEASE_SECONDS`.",
    ),
    "not_started": Reason("An argument, a setting or the database was wrong.", "Correct what `error` names."),
}
