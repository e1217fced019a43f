"""What hostile pages cost: ``python -m testing.hostile``.

Every page of ``hostile_pages`` is extracted in a process of its own. For each the CPU time of its extraction, the most
memory that the process held, and what came of it. The exit code is 1 where a page took more than ``MOST_SECONDS`` or
``MOST_MEGABYTES``, raised anything but NoArticle, or gave something else than what is in it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from testing.hostile_pages import GROUPS, Case

MOST_SECONDS = 5.0
MOST_MEGABYTES = 500.0
_ROOT = Path(__file__).resolve().parent.parent
_STATUS = Path("/proc/self/status")
_FORGET_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page took, and what came of it."""

    name: str
    seconds: float
    megabytes: float
    outcome: str
    """``article``, the reason of a NoArticle, or the exception."""
    fault: str | None = None
    """What is wrong about the outcome."""

    @property
    def within(self) -> bool:
        """Whether the page was extracted as the product promises."""
        return self.fault is None and self.seconds <= MOST_SECONDS and self.megabytes <= MOST_MEGABYTES


def peak_megabytes() -> float:
    """The most memory this process has held; Linux forgets the peak where it is told to."""
    if _STATUS.exists():
        peaks = [line.split()[1] for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM")]
        if peaks:
            return int(peaks[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024


def extract_case(case: Case) -> Cost:
    """Extract a page in this process."""
    from newscrawl import NoArticle, extract  # noqa: PLC0415 - only the children need half a second for it

    body = case.make()
    url = "https://paper.example/island/fourth-boat.html"
    fault = None
    start = time.process_time()
    try:
        found = extract(body, url, case.content_type)
        outcome = "article"
        if case.article is False:
            fault = "there is no article in it"
        fault = fault or _fault_of((found.text, found.title or "", found.description or "", *found.authors))
        if found.published_at is not None and found.published_at > datetime.now(UTC):
            fault = "published in the future"
    except NoArticle as error:
        outcome = error.reason
        if outcome == "extractor_failed":
            fault = str(error)
        elif case.article:
            fault = "there is an article in it"
    except Exception as error:  # noqa: BLE001 - whatever comes out of it is a finding
        outcome = type(error).__name__
        fault = str(error)
    return Cost(case.name, time.process_time() - start, peak_megabytes(), outcome, fault and fault[:200])


def _fault_of(texts: Sequence[str]) -> str | None:
    for text in texts:
        if any(not char.isprintable() and char not in "\n\u200c\u200d" and ord(char) < 0xA0 for char in text[:100_000]):
            return "a control character in what is stored"
        try:
            text.encode()
        except UnicodeEncodeError:
            return "a lone surrogate in what is stored"
    return None


def run_child(names: Sequence[str], seconds: int) -> None:
    """Extract pages one after another, a line of JSON for each; a page that takes more CPU time ends the process."""
    import newscrawl.extraction  # noqa: F401, PLC0415 - what the import takes is not the page's

    cases = {case.name: case for group in GROUPS.values() for case in group}
    for name in names:
        if _FORGET_PEAK.exists():
            _FORGET_PEAK.write_text("5")
        limit = int(time.process_time()) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        print(json.dumps({"begins": name}), flush=True)
        print(json.dumps(asdict(extract_case(cases[name]))), flush=True)


def costs_of(names: Sequence[str], seconds: int = 20) -> list[Cost]:
    """Extract pages in a process of their own, and go on in a new one behind a page that ended it."""
    found: list[Cost] = []
    left = list(names)
    while left:
        command = [sys.executable, "-m", "testing.hostile", "--limit", str(seconds), "--child", *left]
        child = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
        records = [json.loads(line) for line in child.stdout.splitlines()]
        done = [Cost(**record) for record in records if "begins" not in record]
        found += done
        left = left[len(done) :]
        if left:
            begun = bool(records) and "begins" in records[-1]
            fault = f"the process ended with {child.returncode}: {child.stderr.strip()[-300:]}"
            found.append(Cost(left[0] if begun else "start", float(seconds), 0.0, "died", fault))
            left = left[1:] if begun else []
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m testing.hostile", description="What hostile pages cost.")
    parser.add_argument("names", nargs="*", help="cases that hold one of these words; all without")
    parser.add_argument("--limit", type=int, default=60, metavar="S", help="CPU seconds after which a page is given up")
    parser.add_argument("--child", nargs="+", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        run_child(options.child, options.limit)
        return 0
    worst = 0
    for group, cases in GROUPS.items():
        for case in cases:
            if options.names and not any(word in f"{group} {case.name}" for word in options.names):
                continue
            (cost,) = costs_of([case.name], options.limit)
            verdict = "ok" if cost.within else "FAIL"
            worst |= not cost.within
            row = f"{group:<10} {cost.name[:52]:<52} {cost.seconds:6.2f} s {cost.megabytes:5.0f} MB  {verdict:<4}"
            print(f"{row} {cost.outcome}{f' ({cost.fault})' if cost.fault else ''}", flush=True)
    return worst


if __name__ == "__main__":
    sys.exit(main())
