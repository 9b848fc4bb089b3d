"""What FFmpeg may open, by class of input.

A media file is code for some parser. Protocols, containers and decoders that professionals do not deliver stay shut:
playlists, scripts and manifests can name other files and addresses, and rare decoders are where the memory errors are.
"""

MOST_PIXELS = 35_389_440  # 8192 x 4320
MOST_STREAMS = 64

SOURCE_FORMATS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "mpegts", "mpeg", "avi", "mxf", "mxf_opatom"),
    *("flv", "asf", "gxf", "ogg", "dv", "ivf", "wtv", "nut"),
    *("wav", "w64", "aiff", "caf", "flac", "mp3", "aac", "ac3", "eac3", "dts", "dtshd", "truehd", "amr", "au"),
    "yuv4mpegpipe",
)
CAPTION_FORMATS = ("srt", "webvtt", "ass", "scc", "stl", "sami", "subviewer", "microdvd", "lrc", "ttml")
PACKAGE_FORMATS = ("hls", "dash", "mov", "mp4", "m4a", "webvtt", "mpegts", "aac")
ARTIFACT_FORMATS = (
    "mov",
    "mp4",
    "m4a",
    "matroska",
    "webm",
    "wav",
    "webvtt",
    "image2",
    "image2pipe",
    "jpeg_pipe",
    "png_pipe",
)

VIDEO_CODECS = (
    *("h264", "hevc", "av1", "libdav1d", "vvc", "vp8", "vp9", "libvpx", "libvpx-vp9", "theora"),
    *("mpeg1video", "mpeg2video", "mpegvideo", "mpeg4", "msmpeg4", "msmpeg4v1", "msmpeg4v2", "h261", "h263", "flv"),
    *("wmv1", "wmv2", "wmv3", "vc1", "vp6", "vp6f", "rv40"),
    *("prores", "dnxhd", "cfhd", "ffv1", "jpeg2000", "mjpeg", "mjpegb", "dvvideo", "huffyuv", "ffvhuff", "utvideo"),
    *("rawvideo", "v210", "v210x", "v308", "v408", "v410", "r210", "r10k", "yuv4", "qtrle", "png", "hap", "speedhq"),
)
AUDIO_CODECS = (
    *(
        "aac",
        "aac_latm",
        "ac3",
        "eac3",
        "ac4",
        "mp1",
        "mp1float",
        "mp2",
        "mp2float",
        "mp3",
        "mp3float",
        "opus",
        "libopus",
    ),
    *("vorbis", "libvorbis", "flac", "alac", "dca", "truehd", "mlp", "s302m", "dolby_e", "wmav1", "wmav2", "wmapro"),
    *("wmalossless", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "speex", "nellymoser", "gsm", "qdm2"),
    *("adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf", "mace3", "mace6", "wavpack"),
    *(f"pcm_{kind}" for kind in ("alaw", "mulaw", "bluray", "dvd", "s8", "s8_planar", "u8", "s64be", "s64le")),
    *(f"pcm_{kind}" for kind in ("s16be", "s16be_planar", "s16le", "s16le_planar", "s24be", "s24daud", "s24le")),
    *(f"pcm_{kind}" for kind in ("s24le_planar", "s32be", "s32le", "s32le_planar", "u16be", "u16le", "u24be", "u24le")),
    *(f"pcm_{kind}" for kind in ("u32be", "u32le", "f16le", "f24le", "f32be", "f32le", "f64be", "f64le")),
)
TEXT_CODECS = (
    *("subrip", "srt", "webvtt", "ass", "ssa", "mov_text", "text", "cc_dec", "sami", "stl", "microdvd", "subviewer"),
    *("libzvbi_teletextdec", "dvbsub", "dvdsub", "pgssub", "xsub"),
)
CODECS = VIDEO_CODECS + AUDIO_CODECS + TEXT_CODECS
