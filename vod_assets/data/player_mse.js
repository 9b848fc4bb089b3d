// Plays HLS through Media Source Extensions with nothing from the network but the programme itself. Enough for video on
// demand: no live playlists, no encryption.
import { Engine, named } from "./player_engine.js";
import { fetched, readCues, readMedia, readMultivariant } from "./player_playlists.js";

const AHEAD_SECONDS = 24, BEHIND_SECONDS = 30;
const isAudio = (codec) => /^(mp4a|ac-3|ec-3|opus|flac|fLaC)/.test(codec.trim());

// One SourceBuffer and the playlist that fills it.
class Feed {
  constructor(player, mime, playlist) {
    Object.assign(this, { player, playlist, init: null, at: null, abort: new AbortController() });
    this.buffer = player.source.addSourceBuffer(mime);
  }

  settled() {
    return this.buffer.updating
      ? new Promise((done) => this.buffer.addEventListener("updateend", done, { once: true })) : Promise.resolve();
  }

  async append(bytes) {
    for (let attempt = 0; ; attempt++) {
      await this.settled();
      try {
        this.buffer.appendBuffer(bytes);
        return await this.settled();
      } catch (error) {
        if (error.name !== "QuotaExceededError" || attempt > 4) throw error;
        await this.drop(0, Math.max(0, this.player.video.currentTime - 2));
        await new Promise((done) => setTimeout(done, 500));
      }
    }
  }

  async drop(from, to) {
    await this.settled();
    if (to > from) this.buffer.remove(from, to);
    return this.settled();
  }

  bufferedEnd(time) {
    const ranges = this.buffer.buffered;
    for (let i = 0; i < ranges.length; i++)
      if (ranges.start(i) <= time + 0.25 && ranges.end(i) > time) return ranges.end(i);
    return null;
  }

  // The segment to fetch for a playing time, or null while enough is buffered. `at` follows the last one appended, as
  // buffered ranges may end a little before the playlist's own sums do.
  next(time) {
    const end = this.bufferedEnd(time);
    if (end !== null && end - time > AHEAD_SECONDS) return null;
    const { segments } = this.playlist;
    if (end === null || this.at === null)
      this.at = Math.max(0, segments.findIndex((segment) => segment.end > (end ?? time) + 0.05));
    if (end === null && time >= this.playlist.duration) return null;
    return segments[this.at] || null;
  }

  seek() {
    this.abort.abort();
    this.abort = new AbortController();
    this.at = null;
  }

  async fetched(part) {
    const headers = part.range ? { Range: `bytes=${part.range.from}-${part.range.to}` } : {};
    return fetched(part.url, "arrayBuffer", { headers, signal: this.abort.signal });
  }

  get isDone() { return this.at !== null && this.at >= this.playlist.segments.length; }

  async step(time) {
    const segment = this.next(time);
    if (!segment) return false;
    const { at } = this, began = performance.now();
    if (segment.init && segment.init.url + JSON.stringify(segment.init.range) !== this.init) {
      await this.append(await this.fetched(segment.init));
      this.init = segment.init.url + JSON.stringify(segment.init.range);
    }
    const bytes = await this.fetched(segment);
    this.player.measured(bytes.byteLength, performance.now() - began);
    await this.append(bytes);
    if (this.at === at) this.at = at + 1;
    if (time > 2 * BEHIND_SECONDS) await this.drop(0, time - BEHIND_SECONDS);
    return true;
  }
}

export class MsePlayer extends Engine {
  words = "played by this page";

  constructor(video, report, options) {
    super(video, report, options);
    Object.assign(this, { feeds: [], chosen: "auto", bitsPerSecond: 1e6, current: null, voices: [], stopped: false });
    this.source = new MediaSource();
    video.src = URL.createObjectURL(this.source);
    video.addEventListener("seeking", () => this.feeds.forEach((feed) => feed.bufferedEnd(video.currentTime) ?? feed.seek()));
  }

  async open(url, start) {
    await new Promise((done) => this.source.addEventListener("sourceopen", done, { once: true }));
    const text = await fetched(url, "text");
    if (!text.startsWith("#EXTM3U")) throw new Error(`This is no HLS playlist: ${url}`);
    const { variants, media } = readMultivariant(text, url);
    this.variants = variants.length ? variants : [{ url, bits: 0, CODECS: "" }];
    this.variants = this.variants.filter((v) => MediaSource.isTypeSupported(this.mime(v.CODECS, v.url)));
    if (!this.variants.length) throw new Error("This browser can decode none of the renditions");
    this.current = this.wanted();
    const playlist = readMedia(await fetched(this.current.url, "text"), this.current.url);
    this.voices = media.filter((m) => m.TYPE === "AUDIO" && m.url && m["GROUP-ID"] === this.current.AUDIO);
    this.voice = this.voices.find((m) => m.DEFAULT === "YES") || this.voices[0];
    const codecs = (this.current.CODECS || "").split(",");
    const own = this.voice ? codecs.filter((codec) => !isAudio(codec)) : codecs;
    this.source.duration = playlist.duration;
    this.feeds = [new Feed(this, this.mime(own.join(","), playlist.segments[0].url), playlist)];
    if (this.voice) {
      const heard = readMedia(await fetched(this.voice.url, "text"), this.voice.url);
      this.feeds.push(new Feed(this, `audio/mp4; codecs="${codecs.find(isAudio) || "mp4a.40.2"}"`, heard));
    }
    if (start) this.video.currentTime = start;
    this.feeds.forEach((feed) => this.run(feed));
    captions(this.video, media.filter((m) => m.TYPE === "SUBTITLES" && m.url));
    this.report({ changed: true });
  }

  get qualities() {
    return this.variants.map((v, id) => ({ id, height: Number((v.RESOLUTION || "").split("x")[1]), name: this.name(v) }));
  }

  get height() { return Number((this.current?.RESOLUTION || "").split("x")[1]) || 0; }

  get audios() { return this.voices.map((m, id) => ({ id, language: m.LANGUAGE || "", name: named(m.NAME, m.LANGUAGE) })); }

  get audio() { return Math.max(0, this.voices.indexOf(this.voice)); }

  name(v) { return (v.RESOLUTION || "as it is") + (v.bits ? `, ${Math.round(v.bits / 1000)} kbit/s` : ""); }

  mime(codecs, url) {
    const type = /\.(ts|m2ts)(\?|$)/.test(url) ? "video/mp2t" : "video/mp4";
    return codecs ? `${type}; codecs="${codecs}"` : `${type}; codecs="avc1.640028,mp4a.40.2"`;
  }

  wanted() {
    if (this.chosen !== "auto") return this.variants[this.chosen];
    return this.variants.filter((v) => v.bits < 0.7 * this.bitsPerSecond).pop() || this.variants[0];
  }

  measured(bytes, milliseconds) {
    const bits = (8000 * bytes) / Math.max(1, milliseconds);
    this.bitsPerSecond = 0.7 * this.bitsPerSecond + 0.3 * bits;
  }

  async chooseQuality(id) {
    this.chosen = id;
    await this.refill(this.feeds[0], this.video.currentTime + 1);
  }

  async chooseAudio(id) {
    this.voice = this.voices[id];
    const feed = this.feeds[1];
    feed.playlist = readMedia(await fetched(this.voice.url, "text"), this.voice.url);
    feed.init = null;
    await this.refill(feed, this.video.currentTime);
    this.report({ changed: true });
  }

  // Fetch anew what lies ahead.
  async refill(feed, from) {
    feed.seek();
    await feed.drop(from, this.source.duration).catch(() => {});
    feed.seek();
  }

  async switchIfWanted(feed) {
    const variant = this.wanted();
    if (feed !== this.feeds[0] || variant === this.current) return;
    feed.playlist = readMedia(await fetched(variant.url, "text"), variant.url);
    this.current = variant;
    this.report({ loading: this.name(variant) });
  }

  async run(feed) {
    if (feed === this.feeds[0]) this.report({ loading: this.name(this.current) });
    while (!this.stopped) {
      try {
        await this.switchIfWanted(feed);
        if (await feed.step(this.video.currentTime)) continue;
        const done = this.feeds.every((other) => other.isDone && !other.buffer.updating);
        if (done && this.source.readyState === "open") this.source.endOfStream();
      } catch (error) {
        if (error.name === "AbortError") continue;
        this.stopped = true;
        this.report({ error });
      }
      await new Promise((wake) => setTimeout(wake, 200));
    }
  }
}

// Text tracks are loaded when a viewer first asks for them: a film has hundreds of caption segments.
function captions(video, renditions) {
  for (const rendition of renditions) {
    const track = video.addTextTrack("subtitles", rendition.NAME || rendition.LANGUAGE, rendition.LANGUAGE || "");
    track.mode = rendition.DEFAULT === "YES" ? "showing" : "disabled";
    let begun = false;
    const load = async () => {
      if (begun || track.mode === "disabled") return;
      begun = true;
      const { segments } = readMedia(await fetched(rendition.url, "text"), rendition.url);
      const seen = new Set();
      for (const segment of segments)
        for (const cue of readCues(await fetched(segment.url, "text"))) {
          const key = `${cue.start} ${cue.end} ${cue.text}`;
          if (!seen.has(key)) track.addCue(new VTTCue(cue.start, cue.end, cue.text));
          seen.add(key);
        }
    };
    video.textTracks.addEventListener("change", () => load().catch(console.warn));
    load().catch(console.warn);
  }
}
