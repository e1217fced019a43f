"""Where a new spider belongs, and the writing of its files: all of them or none, and over nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.conf import closest_scrapy_cfg

from newscrawl.items import Article
from newscrawl.newsite import Proposal, spider_source
from newscrawl.recordings import Recording, RecordingError, record, write_expected
from newscrawl.text import printable

_GUARD = "newscrawl.wire.guard.GuardMiddleware"


class ProjectError(Exception):
    """A project that no spider can be added to. The message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Scrapy project on disk."""

    folder: Path
    """Where its scrapy.cfg is."""
    spiders: Path
    """The folder of its spiders' modules."""
    names: Mapping[str, tuple[str, ...]]
    """The spiders that there are, with their domains."""

    def spider_file(self, name: str) -> Path:
        """Return where the module of a spider belongs."""
        return self.spiders / f"{name}.py"

    def fixtures(self, name: str) -> Path:
        """Return where the recordings of a spider belong."""
        return self.folder / "fixtures" / name

    def check_free(self, name: str, domain: str) -> None:
        """Raise ProjectError where a spider would take the place of another, or read the site of another."""
        if name in self.names:
            raise ProjectError(f"there is a spider {name!r} already; choose another name with --name")
        owner = next((spider for spider, domains in self.names.items() if domain in domains), None)
        if owner is not None:
            raise ProjectError(f"the spider {owner!r} reads {domain} already")
        for path in (self.spider_file(name), self.fixtures(name)):
            if os.path.lexists(path):
                raise ProjectError(f"{shown(path)} is there already; nothing is overwritten: choose another --name")


def find_project(settings: BaseSettings) -> Project:
    """Return the project of the working directory. Raises ProjectError; RulesError where a spider of it is wrong."""
    config = closest_scrapy_cfg()
    if not config:
        raise ProjectError(
            "no Scrapy project here: go to the folder of one, or begin one with a scrapy.cfg and settings that say "
            "`from newscrawl.settings import *` (see docs/ADDING_A_SITE.md)"
        )
    if _GUARD not in settings.getdict("DOWNLOADER_MIDDLEWARES"):
        raise ProjectError("the project's settings must begin with: from newscrawl.settings import *")
    folder = Path(config).parent
    try:
        loader = SpiderLoader.from_settings(settings)
        names = {name: tuple(getattr(loader.load(name), "allowed_domains", None) or ()) for name in loader.list()}
    except (AttributeError, ImportError, SyntaxError) as error:
        raise ProjectError(f"the project's spiders cannot be loaded ({error})") from None
    return Project(folder, _spiders(settings, folder), names)


def _spiders(settings: BaseSettings, project: Path) -> Path:
    """NEWSPIDER_MODULE, unless that is newscrawl's own in a project of somebody else's; then a package of theirs."""
    modules = [settings["NEWSPIDER_MODULE"], *settings.getlist("SPIDER_MODULES")]
    for name in dict.fromkeys(filter(None, modules)):
        try:
            places = list(import_module(name).__path__)
        except (ImportError, SyntaxError, AttributeError):  # no such module, or no package
            continue
        folder = Path(places[0]).resolve()
        if folder.is_relative_to(project.resolve()) and os.access(folder, os.W_OK):
            return folder
    raise ProjectError(
        f"none of {', '.join(map(str, modules))} is a folder of this project that may be written to; "
        "set NEWSPIDER_MODULE to a package of its own that is among SPIDER_MODULES as well"
    )


def write_site(
    project: Project,
    proposal: Proposal,
    recordings: Iterable[Recording],
    articles: Mapping[str, Article],
    day: date,
) -> list[Path]:
    """Write spider, recordings and expectations; return the files. Raises ProjectError, and leaves nothing then."""
    name = proposal.name
    project.check_free(name, proposal.domain)
    folder, file = project.fixtures(name), project.spider_file(name)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ProjectError(f"{shown(folder)} cannot be made ({error.strerror})") from None
    try:
        written = record(recordings, folder)
        written.append(write_expected(folder, articles, is_reviewed=False))
        with file.open("x", encoding="utf-8") as module:
            module.write(spider_source(proposal, day))
    except (OSError, RecordingError, ValueError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ProjectError(f"nothing was written: {printable(str(error))}") from None
    return [file, *written]


def shown(path: Path) -> str:
    """Return a path as seen from the working directory."""
    return printable(os.path.relpath(path))
