// What the page asks of whatever plays: a list to choose quality, audio and subtitles from, and pictures for a time.
import { thumbnailOf } from "./player_pictures.js";

const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

// What a viewer reads in a menu: the label, or else the language's name.
export function named(label, language) {
  if (label) return label;
  try {
    return language && language !== "und" ? languages.of(language) : "Unnamed";
  } catch {
    return language;
  }
}

export class Engine {
  words = "";

  // report({changed} | {loading} | {error}) is called with news; options are {licence, base}.
  constructor(video, report, options = {}) {
    Object.assign(this, { video, report, options });
  }

  // Qualities, audios and texts are [{id, name, height | language}]; ids are the engine's own.
  get qualities() { return []; }

  get audios() { return []; }

  get audio() { return null; }

  // Height of the picture that is being fetched; 0 while that is not known.
  get height() { return this.video.videoHeight; }

  get texts() {
    return [...this.video.textTracks].filter((track) => /subtitles|captions/.test(track.kind))
      .map((track, id) => ({ id, language: track.language, name: named(track.label, track.language), track }));
  }

  get text() { return this.texts.find(({ track }) => track.mode === "showing")?.id ?? null; }

  chooseText(id) { this.texts.forEach((text) => { text.track.mode = text.id === id ? "showing" : "disabled"; }); }

  chooseQuality() {}

  chooseAudio() {}

  // {url, x, y, width, height} of the picture at a time, or null.
  async thumbnail(time) { return thumbnailOf(await this.options.pictures, time); }
}

export class NativePlayer extends Engine {
  words = "played by the browser itself";

  async open(url, start) {
    this.video.src = url;
    this.video.textTracks.addEventListener("addtrack", () => this.report({ changed: true }));
    this.video.addEventListener("loadedmetadata", () => { if (start) this.video.currentTime = start; }, { once: true });
  }
}
