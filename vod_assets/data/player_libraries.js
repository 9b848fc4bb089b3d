// The players that other sites use, behind one face: hls.js, Shaka Player, dash.js. `vod serve` hands them over below
// /players/ where they are installed.
import { Engine, named } from "./player_engine.js";
import { attributes, fetched, readMultivariant } from "./player_playlists.js";

const CLEAR_KEY = "org.w3.clearkey";
const isPlaylist = (url) => /\.m3u8(\?|$)/.test(url);

export const LIBRARIES = {
  hlsjs: { name: "hls.js", file: "hls.js", plays: isPlaylist, make: (...given) => new HlsJs(...given) },
  shaka: { name: "Shaka Player", file: "shaka.js", plays: () => true, make: (...given) => new Shaka(...given) },
  dashjs: { name: "dash.js", file: "dash.js", plays: (url) => !isPlaylist(url), make: (...given) => new DashJs(...given) },
};

// Return once a library is there; false: the server has none.
export function loaded({ file }) {
  return new Promise((done) => {
    const script = document.createElement("script");
    script.src = `/players/${file}`;
    script.onload = () => done(true);
    script.onerror = () => done(false);
    document.head.append(script);
  });
}

const kilobits = (bits) => `${Math.round(bits / 1000)} kbit/s`;
const sized = (width, height, bits) => `${width}x${height}, ${kilobits(bits)}`;
const byHeight = (a, b) => a.height - b.height;

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const hexOf = (text) => [...atob(text.replace(/-/g, "+").replace(/_/g, "/"))]
  .map((letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (digits) => parseInt(digits, 16));

// hls.js matches no ClearKey PSSH with a playlist's key, and asks for the first one only; so each key asks for itself.
function keyOf(type, data, { decryptdata }) {
  const initData = new TextEncoder().encode(JSON.stringify({ kids: [base64url(decryptdata.keyId)] }));
  return { initDataType: "keyids", initData: initData.buffer };
}

class HlsJs extends Engine {
  words = "played by hls.js";

  async open(url, start) {
    const licence = this.options.licence;
    this.hls = new Hls({
      startPosition: start || -1,
      workerPath: "/players/hls.worker.js",
      ...(licence && { emeEnabled: true, drmSystems: { [CLEAR_KEY]: { licenseUrl: licence, generateRequest: keyOf } } }),
    });
    const { MANIFEST_PARSED, AUDIO_TRACK_SWITCHED, LEVEL_SWITCHED, SUBTITLE_TRACKS_UPDATED, ERROR } = Hls.Events;
    for (const event of [MANIFEST_PARSED, AUDIO_TRACK_SWITCHED, LEVEL_SWITCHED, SUBTITLE_TRACKS_UPDATED])
      this.hls.on(event, () => this.report({ changed: true }));
    this.hls.on(ERROR, (_, { fatal, details, error }) =>
      fatal && this.report({ error: new Error(`hls.js gives up: ${details}: ${error?.message || ""}`) }));
    this.hls.attachMedia(this.video);
    this.hls.loadSource(url);
  }

  get qualities() {
    return (this.hls?.levels || []).map((level, id) =>
      ({ id, height: level.height, name: sized(level.width, level.height, level.bitrate) })).sort(byHeight);
  }

  get height() { return this.hls.levels[this.hls.currentLevel]?.height || 0; }

  get audios() {
    return (this.hls?.audioTracks || []).map((t) => ({ id: t.id, language: t.lang || "", name: named(t.name, t.lang) }));
  }

  get audio() { return this.hls.audioTrack; }

  get texts() {
    return (this.hls?.subtitleTracks || []).map((t) => ({ id: t.id, language: t.lang || "", name: named(t.name, t.lang) }));
  }

  get text() { return this.hls.subtitleTrack < 0 ? null : this.hls.subtitleTrack; }

  chooseQuality(id) { this.hls.nextLevel = id === "auto" ? -1 : id; }

  chooseAudio(id) { this.hls.audioTrack = id; }

  chooseText(id) {
    this.hls.subtitleDisplay = id !== null;
    this.hls.subtitleTrack = id ?? -1;
  }
}

// What Shaka Player has to be told of an HLS package beforehand.
async function hlsConfiguration(url, licence) {
  const text = await fetched(url, "text");
  const spoken = readMultivariant(text, url).media.filter((one) => one.TYPE === "SUBTITLES");
  // Shaka places HLS text by the pictures that it appends after it met a text track. Were that met only when a viewer
  // asks, a title that is buffered whole would never show a cue.
  const preferredText = spoken.map((one) => ({ language: one.LANGUAGE || "und", role: "", format: "" }));
  const kids = [...new Set(text.match(/^#EXT-X-SESSION-KEY:.*org\.w3\.clearkey.*$/gm))]
    .map((line) => attributes(line).KEYID.slice(2));
  if (!licence || !kids.length) return { preferredText };
  // It knows no ClearKey among HLS's key formats, so it passes over them and is given the keys themselves.
  const body = JSON.stringify({ kids: kids.map((kid) => base64url(bytesOf(kid))), type: "temporary" });
  const { keys } = await fetched(licence, "json", { method: "POST", body });
  const clearKeys = Object.fromEntries(keys.map(({ kid, k }) => [hexOf(kid), hexOf(k)]));
  return { preferredText, drm: { clearKeys }, manifest: { ignoreDrmInfo: true } };
}

class Shaka extends Engine {
  words = "played by Shaka Player";

  async open(url, start) {
    shaka.polyfill.installAll();
    this.shaka = new shaka.Player();
    await this.shaka.attach(this.video);
    const licence = this.options.licence;
    if (isPlaylist(url)) this.shaka.configure(await hlsConfiguration(url, licence));
    else if (licence) this.shaka.configure({ drm: { servers: { [CLEAR_KEY]: licence } } });
    for (const event of ["trackschanged", "adaptation", "variantchanged", "textchanged"])
      this.shaka.addEventListener(event, () => this.report({ changed: true }));
    const failed = ({ code, message }) => this.report({ error: new Error(`Shaka Player gives up: ${code} ${message || ""}`) });
    this.shaka.addEventListener("error", (event) => failed(event.detail));
    await this.shaka.load(url, start || null).catch(failed);
    this.chooseText(null);
    this.report({ changed: true });
  }

  get variants() { return this.shaka?.getVariantTracks() || []; }

  get active() { return this.variants.find((track) => track.active); }

  get qualities() {
    const heights = new Map(this.variants.map((t) => [t.height, t]));
    return [...heights.values()].map((t) =>
      ({ id: t.height, height: t.height, name: sized(t.width, t.height, t.videoBandwidth || t.bandwidth) })).sort(byHeight);
  }

  get height() { return this.active?.height || 0; }

  get audios() {
    return (this.shaka?.getAudioTracks() || []).map((track, id) =>
      ({ id, language: track.language, name: named(track.label, track.language), track }));
  }

  get audio() { return this.audios.find(({ track }) => track.active)?.id ?? null; }

  get texts() {
    return (this.shaka?.getTextTracks() || []).map((track) =>
      ({ id: track.id, language: track.language, name: named(track.label, track.language), track }));
  }

  get text() { return this.texts.find(({ track }) => track.active)?.id ?? null; }

  chooseQuality(id) {
    this.shaka.configure("abr.enabled", id === "auto");
    const track = this.shaka.getVideoTracks().find((one) => one.height === id);
    if (track) this.shaka.selectVideoTrack(track, true, 1);
  }

  chooseAudio(id) { this.shaka.selectAudioTrack(this.audios[id].track); }

  chooseText(id) { this.shaka.selectTextTrack(this.texts.find((text) => text.id === id)?.track ?? null); }

  async thumbnail(time) {
    const [images] = this.shaka.getImageTracks();
    const found = images && await this.shaka.getThumbnails(images.id, time);
    if (!found) return super.thumbnail(time);
    const { uris: [url], positionX: x, positionY: y, width, height } = found;
    return { url, x, y, width, height };
  }
}

class DashJs extends Engine {
  words = "played by dash.js";

  async open(url, start) {
    this.dash = dashjs.MediaPlayer().create();
    // dash.js takes a ClearKey PSSH for a list of KIDs, so it goes by the MPD alone; it would take the PSSH from there,
    // too, if it were given an address of its own.
    const streaming = { text: { defaultEnabled: false }, protection: { ignoreEmeEncryptedEvent: true } };
    this.dash.updateSettings({ debug: { logLevel: 1 }, streaming });
    this.dash.initialize();
    this.dash.attachView(this.video);
    this.dash.attachTTMLRenderingDiv(this.options.cues);
    const { STREAM_INITIALIZED, QUALITY_CHANGE_RENDERED, TRACK_CHANGE_RENDERED, TEXT_TRACKS_ADDED, ERROR } =
      dashjs.MediaPlayer.events;
    for (const event of [STREAM_INITIALIZED, QUALITY_CHANGE_RENDERED, TRACK_CHANGE_RENDERED, TEXT_TRACKS_ADDED])
      this.dash.on(event, () => this.report({ changed: true }));
    this.dash.on(ERROR, ({ error }) => this.report({ error: new Error(`dash.js gives up: ${error?.message || error}`) }));
    this.dash.attachSource(url, start || undefined);
  }

  get isReady() { return Boolean(this.dash?.getActiveStream()); }

  get qualities() {
    return (this.isReady ? this.dash.getRepresentationsByType("video") : []).map((one) =>
      ({ id: one.id, height: one.height, name: sized(one.width, one.height, one.bandwidth) })).sort(byHeight);
  }

  get height() { return this.isReady && this.dash.getCurrentRepresentationForType("video")?.height || 0; }

  tracks(kind) {
    return (this.isReady ? this.dash.getTracksFor(kind) : []).map((track, id) =>
      ({ id, language: track.lang, name: named(track.labels?.[0]?.text, track.lang), track }));
  }

  get audios() { return this.tracks("audio"); }

  get audio() {
    const current = this.isReady && this.dash.getCurrentTrackFor("audio");
    return this.audios.find(({ track }) => track.index === current?.index)?.id ?? null;
  }

  get texts() { return this.tracks("text"); }

  get text() {
    const id = this.isReady ? this.dash.getCurrentTextTrackIndex() : -1;
    return id < 0 ? null : id;
  }

  chooseQuality(id) {
    this.dash.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: id === "auto" } } } });
    if (id !== "auto") this.dash.setRepresentationForTypeById("video", id, true);
  }

  chooseAudio(id) { this.dash.setCurrentTrack(this.audios[id].track); }

  chooseText(id) { this.dash.setTextTrack(id ?? -1); }

  async thumbnail(time) {
    const found = await new Promise((done) => this.dash.provideThumbnail(time, done));
    return found || super.thumbnail(time);
  }
}
