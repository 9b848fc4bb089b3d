// Plays HLS (RFC 8216) with nothing from the network but the programme itself: natively where the browser can, else
// through Media Source Extensions. Enough for video on demand: no live playlists, no encryption.
"use strict";

const AHEAD_SECONDS = 24, BEHIND_SECONDS = 30;

const attributes = (line) => Object.fromEntries(
  [...line.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g)].map(([, name, value]) => [name, value.replace(/^"|"$/g, "")]));

async function fetched(url, kind, options = {}) {
  const answer = await fetch(url, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Error(`The server does not answer: ${url}`);
  });
  if (!answer.ok) throw new Error(`The server answers ${answer.status} to ${url}`);
  return answer[kind]();
}

function readMultivariant(text, base) {
  const variants = [], media = [];
  let stream = null;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXT-X-STREAM-INF:")) stream = attributes(line);
    else if (line.startsWith("#EXT-X-MEDIA:")) {
      const found = attributes(line);
      media.push({ ...found, url: found.URI && new URL(found.URI, base).href });
    } else if (line && !line.startsWith("#") && stream) {
      variants.push({ ...stream, url: new URL(line, base).href, bits: Number(stream.BANDWIDTH) });
      stream = null;
    }
  }
  return { variants: variants.sort((a, b) => a.bits - b.bits), media };
}

function readMedia(text, base) {
  const segments = [];
  let start = 0, duration = 0, init = null, range = null, end = 0;
  const ranged = (value) => {
    const [length, offset] = value.split("@").map(Number);
    const from = offset ?? end;
    end = from + length;
    return { from, to: end - 1 };
  };
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXTINF:")) duration = parseFloat(line.slice(8));
    else if (line.startsWith("#EXT-X-BYTERANGE:")) range = ranged(line.slice(17));
    else if (line.startsWith("#EXT-X-KEY:") && !line.includes("METHOD=NONE"))
      throw new Error("This title is encrypted; this page plays clear titles only");
    else if (line.startsWith("#EXT-X-MAP:")) {
      const map = attributes(line);
      init = { url: new URL(map.URI, base).href, range: map.BYTERANGE ? ranged(map.BYTERANGE) : null };
    } else if (line && !line.startsWith("#")) {
      segments.push({ url: new URL(line, base).href, start, end: start + duration, range, init });
      start += duration;
      range = null;
    }
  }
  if (!segments.length) throw new Error(`No segment is listed in ${base}`);
  return { segments, duration: start };
}

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

class MsePlayer {
  constructor(video, report) {
    Object.assign(this, { video, report, feeds: [], chosen: "auto", bitsPerSecond: 1e6, current: null, stopped: false });
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
    this.media = media;
    this.current = this.wanted();
    const playlist = readMedia(await fetched(this.current.url, "text"), this.current.url);
    const audio = media.filter((m) => m.TYPE === "AUDIO" && m.url && m["GROUP-ID"] === this.current.AUDIO);
    const voice = audio.find((m) => m.DEFAULT === "YES") || audio[0];
    const codecs = (this.current.CODECS || "").split(",");
    const isAudio = (codec) => /^(mp4a|ac-3|ec-3|opus|flac|fLaC)/.test(codec.trim());
    const own = voice ? codecs.filter((codec) => !isAudio(codec)) : codecs;
    this.source.duration = playlist.duration;
    this.feeds = [new Feed(this, this.mime(own.join(","), playlist.segments[0].url), playlist)];
    if (voice) {
      const heard = readMedia(await fetched(voice.url, "text"), voice.url);
      const mime = `audio/mp4; codecs="${codecs.find(isAudio) || "mp4a.40.2"}"`;
      this.feeds.push(new Feed(this, mime, heard));
    }
    if (start) this.video.currentTime = start;
    this.feeds.forEach((feed) => this.run(feed));
    captions(this.video, media.filter((m) => m.TYPE === "SUBTITLES" && m.url));
  }

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

  async choose(index) {
    this.chosen = index;
    const feed = this.feeds[0], time = this.video.currentTime;
    feed.seek();
    await feed.drop(time + 1, this.source.duration).catch(() => {});
  }

  async switchIfWanted(feed) {
    const variant = this.wanted();
    if (feed !== this.feeds[0] || variant === this.current) return;
    feed.playlist = readMedia(await fetched(variant.url, "text"), variant.url);
    this.current = variant;
    this.report({ rendition: variant });
  }

  async run(feed) {
    this.report({ rendition: this.current });
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

function readCues(text) {
  const clock = (value) => value.trim().split(":").reduce((sum, part) => 60 * sum + parseFloat(part), 0);
  const map = /X-TIMESTAMP-MAP=(.*)/.exec(text)?.[1] || "";
  const shift = Number(/MPEGTS:(\d+)/.exec(map)?.[1] || 0) / 90000 - clock(/LOCAL:([\d:.]+)/.exec(map)?.[1] || "0");
  return text.replace(/\r/g, "").split(/\n\n+/).flatMap((block) => {
    const lines = block.split("\n"), at = lines.findIndex((line) => line.includes("-->"));
    if (at < 0) return [];
    const [start, rest] = lines[at].split("-->");
    const settings = rest.trim().split(/\s+/);
    return [{ start: clock(start) + shift, end: clock(settings[0]) + shift, text: lines.slice(at + 1).join("\n") }];
  });
}

async function thumbnails(video, strip, url) {
  for (const cue of readCues(await fetched(url, "text"))) {
    const [sheet, box] = cue.text.trim().split("#xywh=");
    const [x, y, width, height] = (box || "0,0,160,90").split(",").map(Number);
    const button = document.createElement("button");
    button.title = `${Math.floor(cue.start / 60)}:${String(Math.floor(cue.start % 60)).padStart(2, "0")}`;
    button.style.cssText = `width:${width}px;height:${height}px`;
    button.style.background = `url("${new URL(sheet, url).href}") -${x}px -${y}px`;
    button.onclick = () => { video.currentTime = cue.start; };
    strip.append(button);
  }
}

function mount(root) {
  const query = new URLSearchParams(location.search);
  const data = root.dataset;
  const src = "fromQuery" in data ? query.get("src") : data.src;
  root.innerHTML = '<video controls playsinline></video><p class="error" role="alert"></p>' +
    '<div class="bar"><label>Rendition <select></select></label><span class="state"></span></div><div class="thumbnails"></div>';
  const [video, error, select, state] = ["video", ".error", "select", ".state"].map((name) => root.querySelector(name));
  const say = (message) => { error.textContent = message; };
  const name = (v) => (v.RESOLUTION || "as it is") + (v.bits ? `, ${Math.round(v.bits / 1000)} kbit/s` : "");
  if (data.poster) video.poster = data.poster;
  if (data.thumbnails)
    thumbnails(video, root.querySelector(".thumbnails"), new URL(data.thumbnails, location.href).href).catch(console.warn);
  if (query.get("title")) document.title = document.getElementById("title").textContent = query.get("title");
  if (!src) return say("Nothing to play: open this page as player.html?src=<address of a .m3u8>");
  const url = new URL(src, location.href).href, start = parseFloat(query.get("t")) || 0;
  if (!/^https?:/.test(url)) return say("Only http and https addresses are played");

  const words = ["", "Loading was aborted", "The network failed", "The media could not be decoded", "The format is not supported"];
  video.addEventListener("error", () => say(`${words[video.error.code] || "Playing failed"}: ${video.error.message || url}`));
  const isNative = video.canPlayType("application/vnd.apple.mpegurl") && query.get("mse") !== "1";
  if (isNative || !window.MediaSource) {
    if (!isNative) return say("This browser plays neither HLS nor Media Source Extensions");
    select.parentElement.hidden = true;
    state.textContent = "played by the browser itself";
    video.src = url;
    video.addEventListener("loadedmetadata", () => { if (start) video.currentTime = start; }, { once: true });
    // A browser says only that it failed; asking the server ourselves gives the reason.
    video.addEventListener("error", () => fetched(url, "text").catch((reason) => say(reason.message)));
    return undefined;
  }
  const player = new MsePlayer(video, (news) => {
    if (news.error) say(news.error.message);
    if (news.rendition) state.textContent = `loading ${name(news.rendition)}`;
  });
  player.open(url, start).then(() => {
    select.add(new Option("automatic", "auto"));
    player.variants.forEach((variant, index) => select.add(new Option(name(variant), index)));
    select.onchange = () => player.choose(select.value === "auto" ? "auto" : Number(select.value));
  }).catch((reason) => say(reason.message));
  root.player = player;
  return undefined;
}

document.querySelectorAll(".vod-player").forEach(mount);
