"""The report as a page."""

import re
from dataclasses import replace

from lxml import html

from vod_assets.domain.operating_report import report_of
from vod_assets.report_page import as_page, clock
from vod_assets_tests.operated import MADE, RUNS, WINDOW, report

EVIL = "<script>alert(1)</script>\"'&\x00\x1b[2J"


def test_nothing_is_fetched_and_no_script_runs() -> None:
    page = html.fromstring(as_page(report()))
    assert not page.xpath("//script | //img | //iframe | //object | //@onclick | //@onload")
    assert {str(link) for link in page.xpath("//@href | //@src")} == {"data:,"}
    assert "url(" not in as_page(report())


def test_every_chart_is_named_and_described_and_has_a_table_beside_it() -> None:
    page = html.fromstring(as_page(report()))
    charts = page.xpath("//section//*[local-name()='svg']")
    assert len(charts) == 5
    for chart in charts:
        ids = chart.get("aria-labelledby").split()
        assert all(page.get_element_by_id(one).text for one in ids)
        assert chart.xpath("ancestor::section//table//td")


def test_what_people_have_written_is_text() -> None:
    runs = [replace(run, title=EVIL, code=EVIL if run.code else "", cause=EVIL) for run in RUNS]
    made = [replace(one, title=EVIL, asset=f"h264_{EVIL}", currency=EVIL) for one in MADE]
    logs = [{"run": EVIL, "title": EVIL, "state": "failed", "lines": [EVIL]}]
    text = as_page(report_of(WINDOW, runs, made), logs)
    page = html.fromstring(text)
    assert not page.xpath("//script")
    assert "<script" not in text
    assert not re.search(r"[\x00-\x08\x0e-\x1f]", "".join(page.xpath("//pre//text()")))


def test_a_house_without_runs_has_a_page_that_says_so() -> None:
    assert "No run of a title was created" in as_page(report_of(WINDOW, [], []))


def test_of_very_many_titles_the_failed_come_first_and_the_rest_is_counted() -> None:
    runs = [replace(RUNS[0], run=f"r{n}", title=f"t{n:04}") for n in range(1200)] + [replace(RUNS[1], title="zulu")]
    page = html.fromstring(as_page(report_of(WINDOW, runs, [])))
    rows = page.xpath("//section[h2='Titles']//tbody/tr")
    assert (len(rows), rows[0].xpath("string(td[1])")) == (1000, "zulu")
    assert "201 more titles" in page.text_content()


def test_durations_read_as_a_person_says_them() -> None:
    assert [clock(seconds) for seconds in (0.44, 42.0, 3723.0, 360_000)] == ["0.4 s", "42 s", "1:02:03", "100:00:00"]
