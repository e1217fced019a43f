"""Put the clock of every Python process forward that finds this file on its path, by CLOCK_OFFSET seconds.

libfaketime cannot do it: with it Python's locks wait for an hour, for their deadlines are by a clock that it fakes in
one place and not in the other.
"""

import copyreg
import datetime
import os
import time

_OFFSET = float(os.environ["CLOCK_OFFSET"])
_datetime, _time = datetime.datetime, time.time


class _Kind(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _datetime)


class _Shifted(_datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return _datetime.now(tz) + datetime.timedelta(seconds=_OFFSET)

    @classmethod
    def utcnow(cls) -> datetime.datetime:
        return cls.now(datetime.UTC).replace(tzinfo=None)


_Shifted.__name__ = _Shifted.__qualname__ = "datetime"
_Shifted.__module__ = "datetime"
copyreg.pickle(_datetime, lambda moment: (_Shifted, moment.__reduce__()[1]))  # both go by one name
datetime.datetime = _Shifted  # type: ignore[misc]
time.time = lambda: _time() + _OFFSET
