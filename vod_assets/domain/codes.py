"""Every code that an error or a finding can carry: who must act, what it means, what to do.

``python -m vod_assets.domain.codes`` prints the table as ``docs/errors.md``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One row of the table.

    Attributes:
        who: ``supplier`` (of the file), ``operator``, ``machine`` or ``nobody``.
        meaning: What was found, as a sentence.
        remedy: What that person does next, as a sentence.
        retry: Whether trying again without a change can help.
    """

    who: str
    meaning: str
    remedy: str
    retry: bool = False


ARCHIVED = "source_archived"  # the one refusal that is none: the title waits
_REEXPORT = "Export the file again from the editing system and deliver it anew"
_RESEND = "Deliver the file again and compare sizes or checksums with the original"
_NOTHING = "Nothing; look at the result if the title matters"


def _supplier(**rows: tuple[str, str]) -> dict[str, Code]:
    return {code: Code("supplier", *row) for code, row in rows.items()}


def _operator(**rows: tuple[str, str]) -> dict[str, Code]:
    return {code: Code("operator", *row) for code, row in rows.items()}


def _machine(**rows: tuple[str, str]) -> dict[str, Code]:
    return {code: Code("machine", *row, retry=True) for code, row in rows.items()}


def _nobody(**rows: tuple[str, str]) -> dict[str, Code]:
    return {code: Code("nobody", *row) for code, row in rows.items()}


REFUSALS = _supplier(
    source_missing=("There is no file at the address", "Check the path, or deliver the file"),
    source_empty=("The file has no bytes", _RESEND),
    source_changed=("The file changed while it was worked on", "Deliver the whole file under a temporary name first"),
    source_archived=("The file is on tape or in an archive class", "Wait: it is taken once it has been brought back"),
    external_refused=("A finished folder is incomplete, broken or ambiguous", "Package it anew; upload one package"),
    not_a_file=("The address names a directory, a pipe or a device", "Name a file"),
    permission_denied=("The file may not be read", "Give the account that runs this read access"),
    not_a_media_extension=("The name does not end like a video file's", "Rename it, or leave it: it is not opened"),
    package_mismatch=("A file of an IMF package is not the one that its packing list says",
                      "Deliver it again, or the packing list that goes with it"),
    source_not_media=("The file is no media file (a web page, an archive, text, noise)", _RESEND),
    source_is_image=("The file is a picture, not a video", "Deliver video; pictures are sidecars"),
    source_truncated=("The file ends early: less is there than its own index promises", _RESEND),
    source_corrupt=("The file's index or media data cannot be read", _REEXPORT),
    source_damaged=("More than one frame in a thousand is damaged", _RESEND),
    sample_unreadable=("A sample of the title, by which its ladder is chosen, cannot be decoded",
                       "Deliver the source anew, or take a profile without per_title"),
    source_encrypted=("The media are encrypted", "Deliver a clear mezzanine"),
    format_not_allowed=("A playlist, script, manifest or rare container that may refer to other files",
                        "Deliver one self-contained file: MOV, MP4, MXF, Matroska, MPEG-TS"),
    codec_not_allowed=("The video's codec is not on the list of allowed decoders", "Deliver ProRes, DNxHD or H.264"),
    no_streams=("The container holds no stream with data", _REEXPORT),
    no_video=("There is no video stream; cover art does not count", "Deliver the file with its picture"),
    too_many_streams=("The file has more than 64 streams", "Deliver only the tracks that are meant to be published"),
    dolby_vision_only=("The pictures are in Dolby Vision's own colours (profile 5), and nothing else can show them",
                       "Deliver HDR10, HLG, SDR, or Dolby Vision on such a base layer (profile 8)"),
    picture_too_small=("The picture is smaller than 16 × 16", _REEXPORT),
    picture_too_large=("The picture has more than 35.4 million pixels or a side over 8192", _REEXPORT),
    aspect_out_of_range=("The picture is more than ten times as wide as high, or as high as wide", _REEXPORT),
    too_short=("The video is shorter than two frames or 0.04 s", _REEXPORT),
    too_long=("The video is longer than 24 hours", "Cut it into parts"),
    timestamp_gap=("There is a hole of more than 10 s between two frames", _REEXPORT),
    edit_list_too_long=("The edit list has more than 10,000 entries", _REEXPORT),
    no_sound=("A file of sound holds none that can be read", "Deliver it again as WAV, FLAC or M4A"),
    dub_length_differs=("A file of sound is not as long as the picture, by more than 2 s",
                        "Deliver sound that was made for this very picture, at its frame rate"),
    dub_doubled=("There is sound of the same language and role already",
                 "Take one file away, or give it a label: film.fr.dub.Quebec.wav"),
    caption_file_refused=("A caption file cannot be read", "Send captions as SRT or WebVTT in UTF-8"),
    caption_format_unsupported=("A caption file is of a kind that is not read",
                                "Send SRT, WebVTT, TTML, SCC, EBU-STL, ASS, SAMI or SBV"),
    colours_unknown=("Its colours cannot be brought into those of renditions",
                     "Deliver it in BT.709, BT.601, BT.2020 or P3, in Y'CbCr or RGB"),
    hdr_refused=("It is HDR (PQ) that does not say what display it was made for, and the profile refuses that",
                          "Deliver it with its mastering display, or set `hdr_without_metadata: assume`"),
    limit_exceeded=("Reading or encoding took more memory, time, CPU or disk than a file of its kind may",
                    "Check the file; raise the limit if it is right"),
)  # fmt: skip
FINDINGS = _nobody(
    transcoder_changed=("A rendition was made by another transcoder than the one that is preferred", _NOTHING),
    extension_mismatch=("The name says another container than the bytes", _NOTHING),
    trailing_data_ignored=("Bytes after the end of the media were ignored", _NOTHING),
    box_size_repaired=("A box states a wrong size; every frame is there all the same", _NOTHING),
    duration_measured=("The container states no duration; it was measured", _NOTHING),
    header_duration_ignored=("The header states another duration than the media have", _NOTHING),
    starts_mid_stream=("The stream starts before its first key frame; frames up to it were left out", _NOTHING),
    time_shifted=("Time does not start at zero; it was shifted", _NOTHING),
    timestamp_discontinuity=("Time jumps within the stream; it was stamped anew", "Listen and look at the given time"),
    edit_list_applied=("An edit list leaves out or moves media; it was followed", _NOTHING),
    variable_frame_rate=("Frames come at uneven times; renditions have a constant rate", _NOTHING),
    frame_rate_capped=("The frame rate is above 60; frames were left out", _NOTHING),
    low_frame_rate=("The frame rate is below 5; frames are repeated", _NOTHING),
    hdr_assumed=("HDR (PQ) says nothing of its display; a usual one was assumed", "Compare it with the original"),
    dynamic_metadata_left_out=("Dynamic metadata of HDR10+ or Dolby Vision were left out; the base was kept", _NOTHING),
    rotated=("The picture was turned or mirrored as its display matrix says", _NOTHING),
    rotation_not_right_angle=("The display matrix turns by an odd angle; it was ignored", "Look at the picture"),
    anamorphic=("Pixels are not square; the picture was scaled to square ones", _NOTHING),
    bad_sample_aspect=("The sample aspect ratio is impossible; 1:1 was used", "Look at the picture's shape"),
    odd_size=("Width or height is odd; it was made even", _NOTHING),
    field_order_measured=("The picture is not in the fields that are declared; what was measured is used", _NOTHING),
    pulldown_removed=("Film was put into fields by 3:2 pulldown; renditions have the film's frames", _NOTHING),
    black_bars=("There are black bars around the picture; they were left in", "Crop the master if they are not wanted"),
    range_contradicted=("The pixels contradict the declared range of luma; the pixels are believed",
                        "Look at black and white; deliver the file with the right range"),
    transfer_contradicted=("The pixels or the metadata contradict the transfer function; they are believed",
                           "Look at the picture; deliver the file with the right transfer function"),
    matrix_contradicted=("The matrix is that of RGB, and the pixels are not; the usual one is taken",
                         "Look at the colours; deliver the file with the right matrix"),
    hdr_metadata_ignored=("There is HDR metadata, but the transfer function is SDR; it was taken for SDR",
                          "Check which of the two is right"),
    hdr_without_metadata=("The picture is HDR10 and says nothing of its mastering display",
                          "Deliver the mastering display (ST 2086) and light levels (CTA-861.3) in the file"),
    hdr_in_eight_bits=("The picture is HDR in eight bits, which shows as bands", "Deliver ten bits"),
    deinterlaced=("The picture is interlaced; it was deinterlaced", _NOTHING),
    pixel_format_converted=("The pixel format is not 4:2:0; it was converted", _NOTHING),
    alpha_flattened=("The picture is transparent in places; it was laid on black", _NOTHING),
    hdr_source=("The picture is HDR; SDR renditions are tone-mapped", _NOTHING),
    range_converted=("Luma has full range; it was converted to limited range", _NOTHING),
    huge_gop=("Key frames are more than 10 s apart; renditions have regular ones", _NOTHING),
    no_audio=("There is no sound", "Check whether the title is meant to be silent"),
    audio_dropped=("An audio stream cannot be read and was left out", "Check whether the title needs it"),
    audio_mixed_down=("More than six channels; they were mixed down", _NOTHING),
    channels_left_out=("Channels of sound that no delivered layout has (heights, directions) were left out",
                       "Listen to the title; deliver a mix in 5.1 if what is missing matters"),
    channels_assumed=("Channels of sound do not say what they are; the broadcasters' usual order was taken",
                      "Listen to the title, or name its channels in the title file"),
    loudness_missed=("Sound cannot reach the target loudness, for its peaks would be too high",
                     "Nothing; or deliver a mix with lower peaks, or choose a lower target"),
    audio_resampled=("Sound is delivered at another sample rate; it was resampled", _NOTHING),
    audio_offset=("Sound starts later or earlier than the picture; silence was added or sound cut", "Check lip sync"),
    length_mismatch=("Sound and picture differ in length; sound was cut or padded", "Check the end of the title"),
    dub_refused=("A file of sound beside the source cannot be used; the title goes on without it",
                 "Deliver that file again"),
    second_audio_ignored=("A file of sound holds several streams; one was used", "Check that it is the right one"),
    second_video_ignored=("There are more video streams; the largest was used", "Check that it is the right one"),
    data_dropped=("Data, timecode or attachment streams were not copied", _NOTHING),
    bad_language=("A language tag is not one; und was used", "Name the language in the title file"),
    subtitle_bitmap_unsupported=("Bitmap subtitles cannot become text", "Deliver WebVTT, SRT or TTML beside the file"),
    damaged_frames=("A few frames are damaged, at most one in a thousand", "Look at the title, or deliver it again"),
    encoded_whole=("A rendition was not made in pieces, because the source cannot be cut exactly", _NOTHING),
    audio_damaged=("Some packets of sound are damaged", "Listen to the title, or deliver it again"),
    caption_cue_dropped=("A cue cannot be used (it ends before it starts, or lies past the end)", "Correct the line"),
    closed_captions_twin=("Pictures carry the same captions twice, as CEA-608 and as CEA-708; the latter are offered",
                          _NOTHING),
    captions_twice=("There are two captions of one language and kind; both are offered, one with a number",
                    "Take one away, or say by their names what they are: forced, sdh"),
    speech_not_recognised=("Captions by a machine are asked for in a language that it does not hear",
                           "Send captions beside the source, or name the language of the sound"),
    caption_cue_cut=("Cues last beyond the end of the title; they end with it", _NOTHING),
    caption_cues_disordered=("Cues overlap, or are out of order; they are put in order and all shown", _NOTHING),
    caption_times_moved=("The time code of captions does not begin at zero; its start was taken away",
                         "Look at the first cues"),
    caption_rate_converted=("Captions run slower than the title; they were brought to its speed",
                            "Look at the last cues"),
    caption_rate_differs=("Captions count frames at another rate than the title has", "Look at the last cues"),
    programme_cut=("The title file says what of which files is shown", _NOTHING),
    package_unchecked=("No packing list has a digest of a file of an IMF package; it was not compared",
                       "Deliver the packing list beside it"),
    timecode_unclear=("Nobody can say which frames a master's time code names; the programme has none",
                      "Give points in seconds"),
    part_silent=("A part or an ident has no sound for some track; there is silence", "Check the sound around joins"),
    marker_dropped=("A chapter or an ad break lies outside the title, or where there is one already",
                    "Correct its time in the title file, or name chapters and ad breaks there"),
    markers_sorted=("Chapters or ad breaks are not in order of time; they were sorted", "Check the times"),
    splice_refused=("An SCTE-35 section is damaged, encrypted or cannot be placed; it was left out",
                    "Name the ad breaks in the title file"),
    charset_detected=("A caption file is not UTF-8; its character set was guessed", "Look for wrong letters"),
)  # fmt: skip
OPERATIONS = {
    **_operator(
        bad_title_id=("A title id holds a character that it must not", "Use lower-case letters, digits and hyphens"),
        bad_setting=("A VOD_… variable has a wrong value", "See .env.example"),
        secret_failed=(
            "A setting names a secret that cannot be used",
            "Check its name, region and policy; docs/aws.md",
        ),
        secret_exposed=("A file of secrets can be read by others", "`chmod 600` it, and think about who has read it"),
        secret_unreadable=("A file of secrets cannot be read or written", "Check the file, its owner and its length"),
        cms_denied=(
            "The CMS does not let us in, or not at its titles",
            "Check VOD_CMS_USERNAME, VOD_CMS_PASSWORD and the rights of that user",
        ),
        cms_refused=(
            "The CMS does not want an entry as it is sent to it",
            "Correct the mapping of VOD_CMS, or the CMS's fields; docs/cms.md",
        ),
        cdn_denied=(
            "The CDN refuses who asks, or knows nothing of what a setting names",
            "Check VOD_CDN, VOD_CDN_RULES and the credentials; docs/cdn.md",
        ),
        cdn_path_bad=("A path cannot be forgotten by a CDN", "Begin with /, and put * at the end alone"),
        cdn_rule_too_long=(
            "A title's policy does not fit into the table of the CDN",
            "Have fewer windows or shorter lists of countries",
        ),
        sign_key_bad=("A key that signatures at the CDN are made with cannot be used", "See docs/cdn.md"),
        sign_refused=("A signature cannot be given to this viewer", "See `vod visible`; docs/cdn.md"),
        drm_refused=("The key server refuses a request", "Check the credentials and presets; docs/drm.md"),
        keys_file_bad=("The file of static keys cannot be used", "Correct the named line or key; docs/drm.md"),
        nothing_protected=(
            "The title has no content keys that could be renewed",
            "Give its profile a protected variant",
        ),
        keys_not_new=("The provider gives a title's next generation keys that it has", "Add new ones under TITLE@N"),
        content_key_missing=("A track's class has no content key", "Run content_keys again; nothing was left clear"),
        content_key_changed=(
            "The key provider gives another key for a key id than it once did, or knows it no more",
            "Bring back its secret or file, or give the title new keys: `vod rekey`",
        ),
        key_address_missing=("Players would not know where to fetch a key", "Set VOD_AES128_URL; docs/drm.md"),
        bad_address=("An address names no file, or holds what does not belong into one", "Name a plain address"),
        bad_watch=("The file of watched places cannot be used", "Correct the named field; see docs/arrivals.md"),
        bad_notify=("Who is told of what cannot be used", "Correct the named field; see docs/notifications.md"),
        url_not_allowed=(
            "A callback names an address that must not be told: unencrypted, with a user, or in a private network",
            "Name a public https:// address; VOD_CALLBACK_PRIVATE_HOSTS allows hosts of the house",
        ),
        unknown_notice=("There is no such notice among the dead", "`vod outbox --dead` lists them"),
        unknown_channel=("There is no such channel", "Use one of the names that the message lists"),
        bad_profile=("A profile cannot be read", "Correct the named line of the profile"),
        bad_title_file=("A title file cannot be read", "Correct the named line of the title file"),
        bad_programme=(
            "What a title file says of in and out points, parts, idents or sound does not fit the files",
            "Correct the points or the files that the title file names; see docs/masters.md",
        ),
        speech_not_installed=(
            "A profile asks for captions by a machine, and the packages for it are not installed",
            "pip install 'vod-assets[asr]', or take machine_captions out of the profile",
        ),
        bad_captions=("A caption file cannot be used", "Correct or remove it"),
        bad_metadata=("The catalogue entry's metadata break a rule", "docs/metadata.md lists every field"),
        bad_metadata_file=(
            "A file of metadata beside the source cannot be used",
            "Correct the named line and field, or take the file away",
        ),
        bad_mapping=("The mapping of a MAM's fields cannot be used", "Correct the file of VOD_METADATA_MAPPING"),
        bad_list=("A list of titles cannot be read", "Correct the named line of the list"),
        bad_selection=("The selection names no asset", "`vod status` lists the assets"),
        bad_filter=("A filter of titles cannot be read", "docs/backfills.md lists what it may ask for"),
        unknown_backfill=("No such backfill exists", "`vod backfill list` lists them"),
        title_taken_down=(
            "The title was taken down; its origins take nothing of it",
            "Lift it: vod takedown TITLE --lift",
        ),
        title_taken=("The title id belongs to another source", "Choose another --title, or remove that title"),
        source_taken=("The source is already another title", "Use that title, or remove it"),
        output_taken=("The output file exists and says something else", "Name another with --output, or use --force"),
        output_missing=(
            "A title in a bucket or on a share has no folder to write beside it",
            "Name a file with --output",
        ),
        output_not_writable=("The output file cannot be written", "Name another file with --output"),
        bad_usage=("The command line is not one that `vod` knows", "`vod COMMAND --help` lists arguments and options"),
        not_published=("What is to be explained is no file of a release", "Name one below a title at an origin"),
        entry_points_nowhere=("A catalogue entry names no manifest that is there", "Publish the release first"),
        demo_clip_missing=("The demo's clip is not installed", "Run `make demo` in a checkout"),
        home_not_writable=("VOD_HOME cannot be written", "Set VOD_HOME to a folder that this user may write"),
        title_unfinished=("A registered title is neither published nor refused", "Publish it, or remove it"),
        partition_missing=("A registered title is no partition of Dagster", "`vod reconcile --repair` adds it"),
        partition_orphaned=("A partition of Dagster is no registered title", "`vod reconcile --repair` removes it"),
        event_lost=("Dagster does not know of an artifact in the store", "`vod reconcile --repair` reports it anew"),
        run_stranded=("A run's process is gone, and Dagster takes it for started", "The reaper ends it"),
        entry_missing=("A title was published, and the CMS has no entry of it", "Publish the title again"),
        entry_stale=("The CMS shows another release than was published last", "Publish the title again"),
        title_orphaned=("Files of a title that nobody registered lie at the origin", "Register it again, or remove it"),
        leftover=("Something that a killed writer left lies about", "Remove it; nothing refers to it"),
        bad_artwork=("A picture beside the source cannot be used", "Replace or remove it"),
        scheme_not_supported=(
            "Addresses of this kind are not read",
            "Name a file path, or an s3, gs, smb, ftp, ftps, https or sftp address",
        ),
        rtsp_unknown=("Nothing of the title is registered for RTSP", "Run it with a profile with “rtsp”; docs/rtsp.md"),
        rtsp_withheld=(
            "The title may not be shown now, so it is not streamed",
            "Wait for its window; docs/rtsp.md",
        ),
        rtsp_running=("Another process publishes the title's stream", "`vod rtsp list` shows it"),
        rtsp_refused=("The RTSP server refuses a request", "Check its credentials and configuration; docs/rtsp.md"),
        delivery_refused=(
            "A repackager cannot take a title as it is, or its folder holds something else",
            "Do as the message says; docs/delivery.md",
        ),
        unknown_target=("No such target is listed in VOD_TARGETS", "Use one of the names that the message lists"),
        unknown_title=("No such title is registered", "`vod titles` lists them"),
        unknown_profile=("No such profile exists", "Use one of the profiles that the message lists"),
        unknown_asset=("No such asset exists", "Use one of the names that the message lists"),
        unknown_workflow=("No such workflow exists", "Use one of the names that the message lists"),
        duplicate_of=("The same source is registered under another title", "Use that title"),
        part_of_title=(
            "A title file names the source as a part, an ident or a sound of its own title",
            "Give it a title file of its own to make it a title, too",
        ),
        artifacts_mixed=(
            "What would be published together was made from different sources",
            "Materialise the named assets again, and all that follows",
        ),
        artifact_never_made=("An asset that is needed was never made", "Materialise it first, or add it to --select"),
        bad_policy=(
            "A policy, or what is asked of one, cannot be read",
            "docs/policy.md lists every field, and how instants are written",
        ),
        bad_approval=("A release cannot be approved like that", "Say which release; `vod titles show` lists them"),
        bad_waiver=("A check cannot be waived like that", "Name a check of quality, a day to come and a reason"),
        check_missing=("A required check has not judged this title", "Run the check, then publish"),
        check_failed=("A required check says no", "Read its report; correct the cause and run again"),
        check_unfinished=("A required check did not finish", "Run it again"),
        check_other_bytes=(
            "A required check judged other bytes than those to be published, or by other floors or limits",
            "Run it again",
        ),
        poster_damaged=("The poster that would be released is no picture", "Have it made again: --force poster"),
        thumbnails_damaged=(
            "Thumbnails that would be released have another grid than they state, or an index that leads elsewhere",
            "Have them made again: --force thumbnails",
        ),
        encoder_cannot_run=(
            "A profile names an encoder whose device or driver is not there",
            "Run on a machine that has it, or take `encoder` out of the profile",
        ),
        rung_too_large=(
            "A rung's picture, or its rate, is more than any decoder of its level takes",
            "Give the rung a smaller box, or the codec a higher level",
        ),
        service_refused=(
            "A transcoding service does not take a request: it is wrong, or not allowed",
            "Read what it says; check its keys, role and folders in the settings (docs/transcoders.md)",
        ),
        no_transcoder=(
            "None of the transcoders of VOD_TRANSCODERS can make a rendition",
            "Name one more, ffmpeg can make all; or change the rung in the profile",
        ),
        encoder_missing=("The FFmpeg in use lacks an encoder or filter", "Unset VOD_FFMPEG, or install a full build"),
        ffmpeg_too_old=("FFmpeg is older than 8.1.2", "Unset VOD_FFMPEG, or set VOD_ALLOW_OLD_FFMPEG for a back-port"),
        sandbox_missing=("A sandbox is required and bubblewrap is not there", "Install bubblewrap (bwrap)"),
        tool_missing=("A program cannot be run", "`vod doctor` shows which; install it or name it in the settings"),
        preview_not_released=(
            "The profile is for previews, or its keys are ClearKey's, which protect nothing",
            "Give the title another profile, then run its workflow again",
        ),
        preview_not_loopback=(
            "Previews give keys to whoever asks, so they are served to this machine only",
            "Serve on 127.0.0.1, or without VOD_PREVIEW",
        ),
        port_in_use=("Another program listens on the port", "Choose another with --port"),
        outside_root=("A link leads out of the store or the origin", "Remove the link"),
        never_published=(
            "The release was made and never published; the gate may have kept it away",
            "Publish it first, as `vod run-workflow` does, which says what is wrong with it",
        ),
        nothing_to_roll_back=("There is no older release that could be shown", "`vod releases` lists what is there"),
        title_busy=("Another run works on the title", "Wait for it, or cancel it"),
        title_quarantined=(
            "Every run of the title died with its process, three in all",
            "Remove the cause (memory, disk, the file), then `vod titles retry`",
        ),
    ),
    **_machine(
        tool_failed=("A program ended with an error", "Read its last words below"),
        piece_inexact=(
            "A piece of a rendition is not these frames of the whole, or was not encoded like the others",
            "Report it, and set pieces to null in the profile until it is mended",
        ),
        packaging_failed=("Shaka Packager refused or failed", "Read its last words below"),
        undecodable=("A package cannot be decoded", "Make the renditions again; report it if it stays"),
        stalled=(
            "A program said nothing or got no further for too long, and was ended",
            "Try again; check the disk or the share",
        ),
        decoder_crash=("A decoder crashed on the file", "Try again once; then keep the file away and report it"),
        out_of_memory=("A program needed more memory than it may have", "Run fewer titles at once"),
        disk_full=("No space is left on a disk", "Make room; the run goes on where it stopped"),
        internal_error=("The program has a fault; its traceback is on standard error", "Report it with the traceback"),
        broker_unreachable=("The farm's RabbitMQ does not answer", "Start it, or correct VOD_BROKER"),
        database_unreachable=("Dagster's database does not answer", "Check its server, and `storage` in dagster.yaml"),
        store_full=("No space is left in the artifact store", "Make room; the run goes on where it stopped"),
        store_failed=("The artifact store did not do as told", "Check that its folder is there and writable"),
        artifact_missing=("An artifact that is named is gone from the store", "Materialise its asset again"),
        artifact_damaged=("A file of an artifact has another size or digest than recorded", "Materialise it again"),
        store_damaged=("A document of the store cannot be read", "Remove it and run again"),
        store_corrupt=(
            "A file of a storage has other bytes than were stored, or changed while it was sent",
            "Remove it, and materialise its asset again",
        ),
        store_denied=(
            "A bucket, a share or a server does not let this user in, or not at this file",
            "Check the user, the password or keys, and the rights; `vod doctor` tries them",
        ),
        store_unreachable=(
            "A bucket, a share or a server did not answer for a minute",
            "Check the address and the network; then run again",
        ),
        queue_failed=("The queue that tells of a watched place does not answer", "Check its address and its policy"),
        credentials_expired=("Keys, a token or a password were right once", "Renew them; then run again"),
        bad_name=("A name cannot be used in this storage", "Rename the file without special characters"),
        bad_path=("A path within a track or a release is not plain", "Report it: names are made by the program"),
        upload_corrupt=("A file at the origin differs from the artifact it came from", "Check the disk; run again"),
        origin_unwritable=("The origin's folder cannot be written", "Check its rights and its disk"),
        catalogue_unwritable=("The catalogue's folder cannot be written", "Check its rights and its disk"),
        release_exists=("A release number is taken by other bytes", "Publish under the next number"),
        origin_behind=(
            "A required origin has not all of the release that is shown, or cannot be asked",
            "`vod releases TITLE --repair`",
        ),
        release_missing=("A release is not at the origin", "`vod titles show` lists those that are"),
        release_corrupt=("A release's file does not match its own digest", "Publish the title again"),
        drm_unavailable=(
            "The key server did not answer in time; nothing is published unencrypted instead",
            "Check VOD_KEYS and the server; then run again",
        ),
        drm_answer_bad=(
            "The key server's answer is broken, incomplete, or for another question",
            "Ask who runs the key server; docs/drm.md",
        ),
        speech_failed=("The process that hears speech ended badly", "See its last words; it may lack memory"),
        webvtt_invalid=("WebVTT that was written does not read back", "Report it with the caption file"),
        cms_conflict=(
            "The CMS shows a later version of the title than this one, or keeps another under its number",
            "Look at what is published; then publish again under the next number",
        ),
        cms_unavailable=("The CMS did not answer in time", "Check VOD_CMS and the server; then run cms_entry again"),
        cms_answer_bad=(
            "What the CMS answers is no JSON, is too long, or lacks what was asked for",
            "Check the addresses and the mapping of VOD_CMS; docs/cms.md",
        ),
        outbox_full=(
            "Events wait, and nobody sends them",
            "Start the sensor `notifications`, or run `vod outbox --send`",
        ),
        notice_failed=("A notice was not taken by its channel", "Check the channel: vod notify test"),
        service_unreachable=(
            "A transcoding service does not answer",
            "Check its address in the settings and the network; the next transcoder of VOD_TRANSCODERS goes on",
        ),
        service_busy=(
            "A transcoding service has no room: it says so, or left a job waiting for too long",
            "Wait, or ask for a larger quota; the next transcoder of VOD_TRANSCODERS goes on",
        ),
        service_failed=(
            "A job of a transcoding service failed, was lost or was cancelled there, however often it was handed in",
            "Look at the job at the service; the next transcoder of VOD_TRANSCODERS goes on",
        ),
        service_stalled=(
            "A job of a transcoding service got no further for VOD_SERVICE_STALL_MINUTES, and was cancelled",
            "Look at the job at the service; the next transcoder of VOD_TRANSCODERS goes on",
        ),
        service_output_wrong=(
            "What a transcoding service made is missing, damaged, or not what was ordered",
            "Look at the job at the service; the next transcoder of VOD_TRANSCODERS goes on",
        ),
        rtsp_unavailable=(
            "The RTSP server's API did not answer in time",
            "Check VOD_RTSP and the server; then run again",
        ),
        rtsp_lost=("A stream was lost, and every try to publish it again failed", "Check VOD_RTSP and the server"),
        cdn_failed=("The CDN did not answer, or not as it should", "Check VOD_CDN and the network; publish again"),
        origin_failed=("The origin did not take or give a file", "Check the origin; then run release again"),
        clock_skewed=(
            "This machine's clock is more than a minute away from the store's, or behind what was published before",
            "Set the clock (NTP), then publish again",
        ),
        lease_lost=(
            "Another run took the title over, because this one gave no sign of life",
            "Look at the other run; the store or the machine may have stood still",
        ),
        entry_damaged=("An entry's page or its line in the index is missing", "Publish the title again"),
        release_damaged=("A release at the origin differs from what was published", "Publish the title again"),
    ),
    **_nobody(cancelled=("The run was cancelled; nothing was published", "Start it again when it is wanted")),
}
CODES: dict[str, Code] = {**REFUSALS, **FINDINGS, **OPERATIONS}


def errors_page() -> str:
    """Return ``docs/errors.md``."""
    sections = (
        ("Why a source is refused", REFUSALS),
        ("What is said of a source that is accepted", FINDINGS),
        ("What goes wrong in operation", OPERATIONS),
    )
    head = (
        "# Codes\n\nEvery message ends with a code in square brackets. `vod_assets/domain/codes.py` makes this page.\n"
    )
    return head + "".join(f"\n## {title}\n\n{_table(codes)}" for title, codes in sections)


def _table(codes: dict[str, Code]) -> str:
    rows = (f"| `{code}` | {row.who} | {row.meaning}. | {row.remedy}. |" for code, row in sorted(codes.items()))
    return "\n".join(["| code | who acts | meaning | what to do |", "|---|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    print(errors_page(), end="")  # noqa: T201 - this is the page's generator
