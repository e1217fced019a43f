"""Find the Scrapy project that a command runs in, and its settings, without importing Scrapy.

Scrapy takes a second to import, and a command that only reads the database has no use for it. Scrapy, where it is
used, finds the same project by the same rules.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Callable, Collection, Iterator
from configparser import ConfigParser, Error
from contextlib import contextmanager, suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from newscrawl import settings as defaults

_VARIABLE = "SCRAPY_SETTINGS_MODULE"
_TRUSTED = "NEWSCRAWL_TRUSTED_PROJECT"
_ALL_PERMISSIONS = 0o777


class ProjectError(Exception):
    """The project cannot be used. The message says in one line why, and what to do."""


def find_project() -> str:
    """Return the name of the settings module, and make it importable.

    ``SCRAPY_SETTINGS_MODULE`` wins; then the ``[settings]`` of the closest scrapy.cfg, in this folder or above; else
    newscrawl's own settings. Settings are code, so a scrapy.cfg that belongs to neither this user nor root is refused,
    unless ``NEWSCRAWL_TRUSTED_PROJECT`` names its folder. Raises ProjectError.
    """
    chosen = os.environ.get(_VARIABLE)
    if chosen:
        return chosen
    config = next((path for folder in _folders() if (path := folder / "scrapy.cfg").is_file()), None)
    module = None if config is None else _default_of(config)
    if config is None or module is None:
        return os.environ.setdefault(_VARIABLE, "newscrawl.settings")  # for Scrapy, which has no default
    if str(config.parent) not in sys.path:
        sys.path.insert(0, str(config.parent))
    return module


def spider_folders() -> list[str]:
    """Return the spiders' folder of a clone of newscrawl in which an installed one runs, so that both are found.

    A spider that `newscrawl new-site` writes in a clone belongs there, whichever newscrawl is run.
    """
    try:
        config = next((path for folder in _folders() if (path := folder / "scrapy.cfg").is_file()), None)
        if config is None or _default_of(config) != "newscrawl.settings":
            return []
    except (ProjectError, OSError):  # the command itself will say so
        return []
    folder = config.parent / "newscrawl" / "spiders"
    is_other = (folder / "__init__.py").is_file() and folder.resolve() != Path(__file__).resolve().parent / "spiders"
    return [str(folder)] if is_other else []


def setting(name: str) -> Any:
    """Return a setting of the project, or newscrawl's default. Raises ProjectError."""
    module = find_project()
    try:
        return getattr(import_module(module), name, getattr(defaults, name))
    except Exception as error:
        # The user's code may raise anything.
        raise ProjectError(f"settings module {module} cannot be imported ({type(error).__name__}: {error})") from error


def restrict_umask(value: object) -> int:
    """Apply the setting UMASK to this process and its children, on top of the user's own umask, which is returned.

    `value` is a number, or octal digits. It only ever takes permissions away. Raises ProjectError.
    """
    try:
        mask = value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        mask = -1
    if not 0 <= mask <= _ALL_PERMISSIONS:
        raise ProjectError(f"UMASK must be three octal digits, as in 027, not {str(value)[:20]!r}")
    own = os.umask(_ALL_PERMISSIONS)
    os.umask(mask | own)
    return own


def _folders() -> list[Path]:
    try:
        here = Path.cwd()
    except OSError:  # it was removed meanwhile
        return []
    return [here, *here.parents]


def _default_of(config: Path) -> str | None:
    if os.environ.get(_TRUSTED) != str(config.parent):
        owners = {config.stat().st_uid, config.parent.stat().st_uid}
        strangers = owners - {os.geteuid(), 0}
        if strangers:
            raise ProjectError(
                f"{config} belongs to another user (uid {min(strangers)}), and its settings are code; "
                f"to run it, set {_TRUSTED}={config.parent}"
            )
    parser = ConfigParser()
    try:
        parser.read(config, encoding="utf-8")
        return parser.get("settings", os.environ.get("SCRAPY_PROJECT", "default"), fallback=None)
    except (Error, UnicodeDecodeError, OSError) as error:
        raise ProjectError(f"{config} cannot be read: {' '.join(str(error).split())}") from error


def write_every_letter() -> None:
    """Let standard output and errors take all letters, whatever the locale, and nothing where they are closed.

    Files and pipes get UTF-8. A terminal and PYTHONIOENCODING say what they understand, and other letters are escaped.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed; its number must not become that of a file of ours
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the process
    is_chosen = "PYTHONIOENCODING" in os.environ
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            keeps = is_chosen or (stream.isatty() and codecs.lookup(stream.encoding).name != "ascii")
            stream.reconfigure(encoding=None if keeps else "utf-8", errors="backslashreplace")


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def output_told(tell: Callable[[str], object], passed_over: Collection[int] = ()) -> Iterator[None]:
    """Say in one line that standard output cannot be written, as on a full disk, but for some error numbers."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None or error.errno not in {*_FULL, *passed_over}:
            raise
        with suppress(OSError):  # what is still to be flushed goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno not in passed_over:
            tell(f"the output could not be written ({error.strerror})")
