"""Fifty titles that nothing is wrong with: other codecs, rates, sizes, containers, pictures and sounds each.

Some are files of the corpus as they are; some are pictures of the corpus that have no sound, with a sound of FFmpeg's
and in another codec; the others are FFmpeg's own pictures and sounds.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vod_assets.adapters.ffmpeg.command import generated_input, source_input
from vod_assets_tests.adapters.transcode.clips import make

# What has picture and sound, and nothing of which `docs/quality_control.md` says that a person would complain.
AS_THEY_ARE = (
    "natural/bbb_1080p24_hevc_5.1_5s.ts",
    "natural/bbb_1080p30_h264_mp2_10s.ts",
    "natural/butterfly_macro_720p30_7s.mp4",
    "natural/his_girl_friday_bw_480p30_6s.mp4",
    "natural/london_roofs_240p_timestamps_5s.mp4",
    "natural/phone_dog_720p_rot180_vfr_2s.mp4",
    "natural/phone_hlg_dv84_1080p_rot90_vfr_3s.mp4",
    "natural/screen_lecture_slides_640x480_vfr_10s.mov",
    "natural/svt_lake_1080p25_10bit422_96k_10s.mp4",
    "formats/ae_attachment.mkv",
    "formats/ae_cover_png.mp4",
    "formats/ae_mov_text.mp4",
    "formats/ae_sar2x3.mp4",
    "formats/ae_yuv422.mp4",
    "formats/ax_av1_720.mp4",
    "formats/ax_bt601.mov",
    "formats/ax_chapters.mkv",
    "formats/ax_h264_aac.flv",
    "formats/ax_partially_fragmented.mp4",
    "formats/ax_pcm_s24_h264.mp4",
    "formats/ax_portrait_720x1080.mp4",
    "formats/ax_xvid_mp3.avi",
    "formats/bbb_mpeg2_1080p24_mp2.ts",
    "formats/h264_cea608_hls.ts",
    "formats/nasa_2video_2audio_2subs.mp4",
    "formats/rotate90_bbb_1080p_5.1.mp4",
)
VOICE = "aevalsrc='0.3*sin(2*PI*(180+60*sin(2*PI*0.7*t))*t)*(0.6+0.4*sin(2*PI*3*t))':s=48000:d={d}"
NOISE = "anoisesrc=color=pink:amplitude=0.2:r=44100:d={d}"
CHORD = "aevalsrc='0.2*sin(2*PI*262*t)+0.1*sin(2*PI*330*t)|0.2*sin(2*PI*392*t)':s=48000:d={d}"
SURROUND = (
    "aevalsrc='0.2*sin(2*PI*300*t)|0.2*sin(2*PI*400*t)|0.3*sin(2*PI*500*t)|0.1*sin(2*PI*60*t)|0.1*sin(2*PI*600*t)"
    "|0.1*sin(2*PI*700*t)':c=5.1:s=48000:d={d}"
)
X264 = {"c:v": "libx264", "preset": "veryfast", "pix_fmt": "yuv420p", "threads": 1}
MPEG2 = {"c:v": "mpeg2video", "b:v": "6M", "pix_fmt": "yuv420p"}
Recipe = tuple[str, str, str, dict[str, Any]]  # file name, picture, sound, options
# Pictures of the corpus that have no sound, four seconds of each.
WITH_A_SOUND: tuple[Recipe, ...] = (
    ("bikes.mov", "natural/bikes_street_10s.mp4", VOICE, {"c:v": "prores_ks", "c:a": "pcm_s16le"}),
    ("lake.mxf", "natural/svt_lake_1080p25_10bit422_96k_10s.mp4", NOISE, MPEG2 | {"c:a": "pcm_s16le", "ar": 48000}),
    ("person.mkv", "natural/indoor_person_768x432_10fps_139s.mp4", CHORD, X264 | {"c:a": "flac"}),
    ("street.ts", "natural/phone_portrait_1080x1916p30_4s.ts", VOICE, X264 | {"c:a": "aac"}),
    ("drawing.mp4", "natural/sam2_lineart_ui_1200sq_60fps_17s.mp4", NOISE, X264 | {"c:a": "aac"}),
    ("soccer.mp4", "natural/sam2_soccer_juggle_720p24_10s.mp4", SURROUND, X264 | {"c:a": "ac3"}),
    ("flower.mkv", "natural/flower_timelapse_540p30_5s.mp4", CHORD,
     {"c:v": "libx265", "preset": "ultrafast", "c:a": "aac"}),
    ("dog.mp4", "natural/sam2_dog_park_720p30_10s.mp4", VOICE, {"c:v": "mpeg4", "b:v": "4M", "c:a": "aac"}),
    ("hdr.mkv", "natural/hdr10_av1_1080p60_mdcv_clli_1s.mp4", NOISE, {"c:v": "copy", "c:a": "flac"}),
    ("editor.webm", "natural/screen_editor_timeline_3026x1386_vfr_9s.mp4", CHORD,
     {"c:v": "libvpx", "deadline": "realtime", "cpu-used": 8, "b:v": "2M", "c:a": "libopus"}),
)  # fmt: skip
GENERATED: tuple[Recipe, ...] = (
    ("bars25.mp4", "testsrc2=s=640x360:r=25:d=4", CHORD, X264 | {"c:a": "aac"}),
    ("film24.mp4", "testsrc2=s=854x480:r=24000/1001:d=5", VOICE, X264 | {"c:a": "aac"}),
    ("ntsc.mov", "testsrc=s=720x480:r=30000/1001:d=4", NOISE, {"c:v": "mjpeg", "c:a": "pcm_s16le"}),
    ("fifty.mp4", "testsrc2=s=640x360:r=50:d=4", VOICE, X264 | {"bf": 3, "c:a": "aac"}),
    ("sixty.mkv", "mandelbrot=s=640x360:r=60", CHORD, X264 | {"c:a": "libopus", "t": 3}),
    ("life.avi", "life=s=320x240:mold=10:r=25:ratio=0.1:death_color=#c83232:life_color=#00ff00", VOICE,
     {"c:v": "mpeg4", "b:v": "2M", "c:a": "libmp3lame", "t": 4}),
    ("hevc.mp4", "testsrc2=s=1280x720:r=25:d=3", SURROUND,
     {"c:v": "libx265", "preset": "ultrafast", "tag:v": "hvc1", "pix_fmt": "yuv420p10le", "c:a": "eac3"}),
    ("vp9.webm", "mandelbrot=s=480x270:r=24", NOISE,
     {"c:v": "libvpx-vp9", "deadline": "realtime", "cpu-used": 8, "c:a": "libvorbis", "t": 3}),
    ("square.mp4", "testsrc2=s=360x360:r=25:d=4", VOICE, X264 | {"c:a": "aac", "ac": 1}),
    ("portrait.mp4", "testsrc2=s=360x640:r=30:d=4", NOISE, X264 | {"c:a": "aac"}),
    ("odd.mkv", "testsrc=s=633x357:r=25:d=4", CHORD, {"c:v": "ffv1", "c:a": "pcm_s24le"}),
    ("fields.ts", "testsrc2=s=720x576:r=50:d=4,interlace", VOICE,
     MPEG2 | {"flags": "+ildct+ilme", "c:a": "mp2", "b:a": "192k"}),
    ("gradients.mp4", "gradients=s=640x360:r=25:d=4:speed=0.05:seed=3", CHORD, X264 | {"c:a": "aac"}),
    ("grain.mp4", "testsrc2=s=640x360:r=25:d=4,noise=alls=20:allf=t", NOISE, X264 | {"crf": 18, "c:a": "aac"}),
)  # fmt: skip


def titles(corpus: Path, folder: Path) -> Iterator[Path]:
    """Yield the titles, made in a folder one by one."""
    yield from (corpus / name for name in AS_THEY_ARE)
    for name, picture, sound, options in WITH_A_SOUND:
        pictures = source_input(corpus / picture, t=4)
        yield make(folder / name, pictures.video, generated_input(sound.format(d=4)), shortest=None, **options)
    for name, picture, sound, options in GENERATED:
        stated = re.search(r":d=(\d+)", picture)
        sounding = generated_input(sound.format(d=stated[1] if stated else options["t"]))
        yield make(folder / name, generated_input(picture), sounding, **options)
