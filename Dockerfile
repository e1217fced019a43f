# newscrawl with its PostgreSQL driver, and what reaches an object store. The database, archive and logs belong in the volume /data.
FROM python:3.13-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY newscrawl newscrawl
RUN uv venv /opt/newscrawl \
    && uv pip install --no-cache --compile-bytecode --python /opt/newscrawl/bin/python \
        --constraint requirements.lock '.[postgres,s3]'

FROM python:3.13-slim-bookworm
COPY --from=build /opt/newscrawl /opt/newscrawl
COPY --chmod=755 deploy/crawl-by-timer.sh /usr/local/bin/crawl-by-timer
# The home folder holds the locks of sites, so it lies in the volume as well.
RUN useradd --uid 1000 --home-dir /data --create-home news
ENV PATH=/opt/newscrawl/bin:$PATH \
    NEWSCRAWL_ARCHIVE_DIR=/data/archive \
    NEWSCRAWL_ARCHIVE_SPOOL=/data/archive-spool \
    NEWSCRAWL_DATABASE_URL=sqlite:////data/newscrawl.db
USER 1000
WORKDIR /data
VOLUME /data
ENTRYPOINT ["newscrawl"]
CMD ["--help"]
