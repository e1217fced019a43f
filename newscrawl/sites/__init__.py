"""Sites as data: what is said of one, checked, and the files that list many. No network, no database."""

from newscrawl.sites.site import FACTS, LISTS, STATES, Site, SiteError

__all__ = ["FACTS", "LISTS", "STATES", "Site", "SiteError"]
