"""The CSV and the JSON of reports."""

import csv
import io
import json
from dataclasses import replace

from vod_assets.domain.operating_report import report_of
from vod_assets.domain.report_rows import as_csv, as_object
from vod_assets_tests.operated import MADE, RUNS, WINDOW, report


def test_the_table_has_a_line_for_each_title() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(report()), newline="")))
    assert [row["title"] for row in rows] == ["alpha", "beta", "gamma"]
    assert (rows[0]["real_time_factor"], rows[0]["cost"], rows[0]["stored_bytes"]) == ("2.0", "0.75 EUR", "5500")


def test_lines_end_as_the_standard_says_and_quotes_are_doubled() -> None:
    text = as_csv(report_of(WINDOW, [replace(RUNS[1], cause='a "quoted", long\ncause')], []))
    assert text.endswith('"a ""quoted"", long\ncause"\r\n')


def test_no_cell_is_a_formula() -> None:
    runs = [replace(RUNS[1], title="=1+1", cause="@SUM(A1)"), replace(RUNS[0], title="+tel"), RUNS[3]]
    rows = list(csv.reader(io.StringIO(as_csv(report_of(WINDOW, runs, [])), newline="")))
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert {rows[1][0], rows[2][0]} == {"'=1+1", "'+tel"}


def test_a_house_without_runs_has_a_table_with_a_heading() -> None:
    assert as_csv(report_of(WINDOW, [], [])).splitlines()[0].startswith("title,profile,")


def test_the_object_is_json_and_says_everything_the_page_says() -> None:
    told = json.loads(json.dumps(as_object(report_of(WINDOW, RUNS, MADE))))
    assert told["runs"] == {"total": 4, "failed": 1, "succeeded": 2, "waiting": 1, "retries": 1}
    assert told["codecs"]["h264"]["real_time_factor"] == 3.0
    assert told["failures"][0]["code"] == "source_not_media"
    assert told["titles"][0]["cost"] == {"EUR": 0.75}
