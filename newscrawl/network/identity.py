"""The User-Agent, and the settings that it is built from."""

from __future__ import annotations

from scrapy.settings import BaseSettings

from newscrawl._version import __version__
from newscrawl.network.addresses import Allowed

_LONGEST = 200


class SettingsError(ValueError):
    """A wrong setting. The message is one line for the user."""


class Identity:
    """An add-on that builds the User-Agent from CONTACT: ``newscrawl/0.1.0 (+https://news.example/bot)``.

    An add-on's settings give way to the project's and the command line's, so who sets USER_AGENT is left alone.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """Set USER_AGENT; raise SettingsError."""
        check_settings(settings)
        contact = str(settings.get("CONTACT") or "").strip()
        settings.set("USER_AGENT", f"newscrawl/{__version__}" + (f" (+{contact})" if contact else ""), "addon")


def check_settings(settings: BaseSettings) -> None:
    """Raise SettingsError for a wrong CONTACT or ALLOW_PRIVATE_ADDRESSES."""
    contact = str(settings.get("CONTACT") or "").strip()
    if not (contact.isascii() and contact.isprintable()) or len(contact) > _LONGEST or set(contact) & set("()"):
        raise SettingsError(f"CONTACT must be a web or mail address on one line, in ASCII, not {contact[:80]!r}")
    if contact and not any(sign in contact for sign in ":@."):
        raise SettingsError(f"CONTACT must be a web or mail address, not {contact!r}")
    try:
        Allowed.parse(settings.get("ALLOW_PRIVATE_ADDRESSES"))
    except ValueError as error:
        raise SettingsError(f"ALLOW_PRIVATE_ADDRESSES: {error}") from None
