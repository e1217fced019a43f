"""The settings of crawls that share a process."""

from __future__ import annotations

import copy
from typing import Any, Self, cast

from scrapy.settings import BaseSettings, Settings, SettingsAttribute

_LEFT_OUT = (
    "scrapy.extensions.logcount.LogCount",
    "scrapy.extensions.memusage.MemoryUsage",
    "scrapy.extensions.memdebug.MemoryDebugger",
    "scrapy.extensions.spiderstate.SpiderState",
    "scrapy.extensions.telnet.TelnetConsole",
    "scrapy.extensions.remote_control.RemoteControl",
    "newscrawl.crawl.progress.ProgressLine",
)
"""Extensions that look at the whole process, once for each crawl."""
_ITEMS = 4
"""Items of an answer that are processed at a time: Scrapy makes so many tasks for each answer, and ours have one."""
_PLAIN = (str, int, float, bool, type(None), bytes, type)


class CrawlSettings(Settings):
    """Settings of which each crawl gets a copy of its own, in a tenth of the time that `copy.deepcopy` takes."""

    def copy(self) -> Self:
        """Return a copy that can be changed without changing these."""
        return cast("Self", _copied(self))


def _copied(settings: Any) -> Any:
    made = copy.copy(settings)
    made.attributes = {
        name: SettingsAttribute(_value(attribute.value), attribute.priority)
        for name, attribute in settings.attributes.items()
    }
    return made


def _value(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    return _copied(value) if isinstance(value, BaseSettings) else copy.deepcopy(value)


def worker_settings(settings: Settings) -> Settings:
    """Return the settings of crawls that share a process: without what counts or reports for the process as a whole."""
    own = CrawlSettings()
    own.attributes = settings.copy().attributes
    extensions = dict(own["EXTENSIONS"])
    own.set("EXTENSIONS", {**extensions, **dict.fromkeys(_LEFT_OUT)}, priority="cmdline")
    own.set("CONCURRENT_ITEMS", min(own.getint("CONCURRENT_ITEMS"), _ITEMS), priority="cmdline")
    own.set("STATS_DUMP", value=settings["LOG_LEVEL"] in {"DEBUG", "INFO"} and own["STATS_DUMP"], priority="cmdline")
    return own
