"""What has happened to a paper: every change moves its clock by a second, so that dates tell changes apart."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class State:
    """All that is not decided by the options. Times are whole seconds since 1970, by the site's clock."""

    clock: int = 0
    """0 until the paper sets it to its first instant."""
    events: int = 0
    """Changes so far; each has dice of its own."""
    changed: int = 0
    """When lists last changed."""
    ticked: int = 0
    """When the clock was last moved."""
    published: list[int] = field(default_factory=list)
    edits: dict[int, list[int]] = field(default_factory=dict)
    titles: dict[int, list[int]] = field(default_factory=dict)
    comments: dict[int, list[int]] = field(default_factory=dict)
    gone: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Deleted articles: the status of their address now, and the number of the event."""
    rotations: int = 0
    rotated: tuple[int, int, int] | None = None
    """The last turn of the boxes: when, the newest article then, and the number of the event."""
    switched: int = 0
    """When an option last changed."""
    switches: dict[str, Any] = field(default_factory=dict)
    """The options that did."""
    facts: dict[str, Any] = field(default_factory=dict)
    """The options that decide the articles, to refuse the state of another paper."""

    def happen(self) -> int:
        """Begin a change: return its number."""
        self.clock += 1
        self.events += 1
        return self.events

    @property
    def now(self) -> datetime:
        """The site's clock."""
        return datetime.fromtimestamp(self.clock, UTC)

    def save(self, path: Path) -> None:
        """Write the file at once or not at all."""
        whole = path.with_name(f"{path.name}.new")
        whole.write_text(json.dumps(asdict(self)), "utf-8")
        whole.replace(path)

    @classmethod
    def load(cls, path: Path) -> State:
        """Read what `save` wrote; ValueError for another file."""
        try:
            values = json.loads(path.read_text("utf-8"))
            for name in ("edits", "titles", "comments"):
                values[name] = {int(key): times for key, times in values[name].items()}
            values["gone"] = {int(key): (status, event) for key, (status, event) in values["gone"].items()}
            values["rotated"] = values["rotated"] and tuple(values["rotated"])
            return cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{path} is not the state of a newspaper ({error}); delete it or name another") from None
