"""A time code's base is that of the track that its label comes from."""

from vod_assets.adapters.probe.timecodes import timecode_base

TRACK = {"codec_type": "data", "avg_frame_rate": "12800/512", "tags": {"timecode": "10:00:00.00"}}


def test_the_track_of_a_label_says_how_many_frames_a_second_of_it_counts() -> None:
    video = {"codec_type": "video", "avg_frame_rate": "50/1", "tags": {"timecode": "10:00:00;00"}}
    assert timecode_base("10:00:00;00", [video, TRACK]) == 25
    assert timecode_base("09:00:00;00", [video, TRACK]) == 0
    assert timecode_base("10:00:00;00", [video, TRACK | {"avg_frame_rate": "0/0"}]) == 0
