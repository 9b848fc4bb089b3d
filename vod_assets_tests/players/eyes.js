// What a test sees of the player page, and what it does there as a viewer would: with the menus and the seek bar.
void (window.eyes = {
  root: document.querySelector(".vod-player"),
  get video() { return this.root.querySelector("video"); },
  get engine() { return this.root.player; },
  get fault() { return this.root.querySelector(".error").textContent; },
  get time() { return this.video.currentTime; },
  get frames() { return this.video.getVideoPlaybackQuality().totalVideoFrames; },
  get audioBytes() { return this.video.webkitAudioDecodedByteCount; },
  get pictureHeight() { return this.video.videoHeight; },
  get engineHeight() { return this.engine.height; },
  get audioLanguage() { return (this.engine.audios.find(({ id }) => id === this.engine.audio)?.language || "").slice(0, 2); },
  isPlaying(from, to) { return !this.video.seeking && !this.video.paused && this.time > from && this.time < to; },

  choose(menu, value) {
    const select = this.root.querySelector(menu);
    if (select.parentElement.hidden) throw new Error(`the menu ${menu} is not shown`);
    select.value = value;
    select.dispatchEvent(new Event("change"));
  },
  chooseQuality(height) { this.choose(".quality", this.engine.qualities.findIndex((one) => one.height === height)); },
  chooseAudio(language) { this.choose(".audio", this.engine.audios.findIndex((one) => one.language.startsWith(language))); },
  chooseText(language) {
    const found = this.engine.texts.findIndex((one) => one.language.startsWith(language));
    this.choose(".text", language === "off" ? "off" : found);
  },

  // Lines that a viewer reads now. Of IMSC1, Shaka Player makes cues with tags, and dash.js empty ones beside what it draws.
  get shown() {
    const native = [...this.video.textTracks].filter((track) => track.mode === "showing")
      .flatMap((track) => [...(track.activeCues || [])].map((cue) => cue.text.replace(/<[^>]*>/g, ""))).filter(Boolean);
    const drawn = this.root.querySelector(".cues").innerText.trim();
    return drawn ? [...native, drawn] : native;
  },
  showsCueOfNow(name) {
    const [line, ...others] = this.shown;
    if (!line || others.length) return false;
    const [, said, second] = /^(.*) (\d+)$/.exec(line.trim()) || [];
    return said === name && Math.abs(Number(second) + 0.5 - this.time) < 1;
  },

  go(time) {
    this.video.currentTime = time;
    void this.video.play().catch(() => {});
  },
  get range() { return this.root.querySelector(".seek input"); },
  drag(time) {
    this.range.value = time;
    this.range.dispatchEvent(new Event("input"));
    void this.video.play().catch(() => {});
  },

  asked: "",
  hover(time) {
    const box = this.range.getBoundingClientRect();
    const clientX = box.left + (box.width * time) / this.video.duration, clientY = box.top + box.height / 2;
    this.asked = `0:${String(Math.floor(this.range && time)).padStart(2, "0")}`;
    this.range.dispatchEvent(new PointerEvent("pointermove", { clientX: clientX + 1, clientY, bubbles: true }));
  },
  sheets: new Map(),
  sheet(url) {
    if (!this.sheets.has(url)) {
      const image = new Image();
      image.src = url;
      this.sheets.set(url, image);
    }
    return this.sheets.get(url);
  },
  get thumbnail() {
    const box = this.root.querySelector(".thumbnail");
    const [, url, left, top] = /url\("([^"]+)"\) ?(?:repeat)? ?(-?[\d.]+)px (-?[\d.]+)px/.exec(this.background(box)) || [];
    if (box.hidden || !url) return null;
    const image = this.sheet(url), width = parseFloat(box.style.width), height = parseFloat(box.style.height);
    const isLoaded = image.complete && image.naturalWidth >= width - left && image.naturalHeight >= height - top;
    return { time: box.dataset.time, url, left, top, width, height, isLoaded, isRed: isLoaded && this.isRed(image, box, -left, -top) };
  },
  background({ style }) { return `${style.backgroundImage} ${style.backgroundPositionX} ${style.backgroundPositionY}`; },
  isRed(image, box, x, y) {
    const canvas = document.createElement("canvas"), brush = canvas.getContext("2d");
    brush.drawImage(image, -x, -y);
    const [red, green, blue] = brush.getImageData(parseFloat(box.style.width) / 4, parseFloat(box.style.height) / 2, 1, 1).data;
    return red > 180 && green < 80 && blue < 80;
  },
});
