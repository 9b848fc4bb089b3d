"""`vod metrics`, asked as Prometheus asks it."""

import signal
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from vod_assets_tests.studio import Studio


def test_a_house_is_measured_once_and_over_http_with_few_labels(finished: Studio) -> None:
    process = finished.start("metrics", "--port", "0")
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=60) as answer:
            served = answer.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()
    once = finished.vod("metrics", "--once").stdout
    for text in (served, once):
        families = {family.name: family for family in text_string_to_metric_families(text)}
        samples = {(one.name, *one.labels.values()): one.value for f in families.values() for one in f.samples}
        assert samples["vod_runs", "succeeded"] == 1
        assert samples["vod_titles", "published"] == 1
        assert samples["vod_media_seconds_total", "h264"] == 4.0
        assert samples["vod_disk_free_bytes", "store"] > 0
        assert all(family.documentation for family in families.values())
        assert all(samples["vod_part_up", part] for name, part in [k for k in samples if k[0] == "vod_part_up"])
        assert "film" not in text


def test_a_port_that_is_taken_is_named(finished: Studio) -> None:
    from vod_assets.serve import listening

    with listening("127.0.0.1", 0) as listener:
        ended = finished.vod("metrics", "--port", str(listener.getsockname()[1]))
    assert ended.code == 2
    assert "[port_in_use]" in ended.stderr
