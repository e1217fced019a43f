"""`newscrawl delete`: delete an article from the database and the archive."""

from __future__ import annotations

import click

from newscrawl.cli.options import (
    address,
    archive_folder,
    archive_option,
    database_option,
    json_option,
    one_line,
    page_of,
    print_json,
    refuse,
)


@click.command()
@click.argument("page", metavar="ID|URL")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@archive_option
@database_option
@json_option
def delete(page: str, yes: bool, archive: str | None, database: str | None, as_json: bool) -> None:
    """Delete an article everywhere: its row, revisions, words in the index, raw pages in the archive.

    \b
    newscrawl delete 12
    newscrawl delete https://news.example/a.html --yes

    Its URL is kept, so that no crawl stores it again, by that or another address or from a file, unless that URL is
    requested (-a urls=URL), and a row of `runs` records the deletion. Duplicates on other sites are separate articles.
    Run `newscrawl db vacuum` afterwards to overwrite what free pages of the file still hold.
    """
    from newscrawl.cli.options import cell  # noqa: PLC0415

    with one_line("delete"):
        from newscrawl.base_spiders.registry import load_sites  # noqa: PLC0415
        from newscrawl.storage.backends import location  # noqa: PLC0415
        from newscrawl.storage.lookup import history  # noqa: PLC0415
        from newscrawl.storage.maintenance import delete_article  # noqa: PLC0415

        load_sites()  # the keys of raw pages depend on the rules of sites
        url = address(database)
        found = history(url, page_of(page))
        if found is None:
            refuse("delete", f"no article {page} in {location(url)}")
        article = found.article
        summary = f"{article['id']}  {cell(article['title'] or '(no title)')}  {cell(article['url_key'])}"
        if not yes:
            click.confirm(f"{summary}\nDelete it, with {len(found.revisions)} earlier texts?", abort=True, err=True)
        folder = archive_folder(archive)
        done = delete_article(url, article["id"], folder)
    if done is None:
        refuse("delete", f"article {article['id']} has already been deleted")
    elif as_json:
        facts = {"article": article["id"], "url_key": article["url_key"], "run_id": done.run_id}
        print_json(facts | {"revisions": done.revisions, "archive_records": done.records})
    else:
        click.echo(f"deleted {summary}\n{done.revisions} earlier texts, {done.records} raw pages; run {done.run_id}")
