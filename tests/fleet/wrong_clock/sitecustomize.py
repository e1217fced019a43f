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


# It keeps a name of its own: psycopg finds out by the name of a class how to write it, once for each name, and would
# write the datetimes that it has read, which are of the other class, as dates.
copyreg.pickle(_datetime, lambda moment: (_Shifted, moment.__reduce__()[1]))
datetime.datetime = _Shifted  # type: ignore[misc]
time.time = lambda: _time() + _OFFSET
