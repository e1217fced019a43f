#!/bin/sh
# Run `newscrawl crawl` with the given arguments every CRAWL_EVERY_SECONDS (900), counted from start to start.
# SIGTERM and SIGINT are passed on to the crawl that is running, which ends within ten seconds and loses nothing.
set -u
every=${CRAWL_EVERY_SECONDS:-900}
children=
stop() {
    trap '' TERM INT
    # shellcheck disable=SC2086 # a list of process ids
    kill -TERM $children 2>/dev/null
    wait
    exit 0
}
trap stop TERM INT
while :; do
    sleep "$every" &
    timer=$!
    newscrawl crawl "$@" &
    children="$timer $!"
    wait $! || echo "newscrawl crawl exited with $?; the next one starts within $every s" >&2
    children=$timer
    wait "$timer"
done
