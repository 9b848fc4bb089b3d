// The bar below the picture: play, seek with a thumbnail, and menus for quality, audio and subtitles.

const MARKUP = `
<div class="screen"><video playsinline></video><div class="cues"></div></div>
<p class="error" role="alert"></p>
<div class="bar">
  <button class="play" aria-label="Play or pause">▶</button>
  <span class="seek"><span class="thumbnail" hidden></span>
    <input type="range" min="0" max="0" step="0.05" value="0" aria-label="Position"></span>
  <span class="clock">0:00</span>
  <button class="mute" aria-label="Sound on or off">🔊</button>
  <button class="full" aria-label="Full screen">⛶</button>
</div>
<div class="bar">
  <label>Quality <select class="quality"></select></label>
  <label hidden>Audio <select class="audio"></select></label>
  <label hidden>Subtitles <select class="text"></select></label>
  <span class="state"></span>
</div>`;

export function clock(seconds) {
  const whole = Math.floor(seconds || 0), parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
}

export class Bar {
  constructor(root) {
    root.innerHTML = MARKUP;
    const find = (name) => root.querySelector(name);
    Object.assign(this, { root, video: find("video"), range: find("input"), picture: find(".thumbnail"), find });
    this.auto = true;
    const { video } = this;
    find(".play").onclick = video.onclick = () => (video.paused ? video.play().catch(() => {}) : video.pause());
    find(".mute").onclick = () => { video.muted = !video.muted; };
    find(".full").onclick = () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
    for (const event of ["timeupdate", "durationchange", "play", "pause", "volumechange", "ended"])
      video.addEventListener(event, () => this.show());
    this.range.oninput = () => {
      video.currentTime = this.range.value;
      this.preview(Number(this.range.value));
    };
    this.range.onpointermove = (event) => this.preview(this.timeAt(event.offsetX));
    this.range.onpointerleave = this.range.onblur = () => { this.picture.hidden = true; };
    find(".quality").onchange = ({ target }) => {
      this.auto = target.value === "auto";
      this.engine.chooseQuality(this.auto ? "auto" : this.engine.qualities[target.value].id);
    };
    find(".audio").onchange = ({ target }) => this.engine.chooseAudio(this.engine.audios[target.value].id);
    find(".text").onchange = ({ target }) =>
      this.engine.chooseText(target.value === "off" ? null : this.engine.texts[target.value].id);
  }

  get cues() { return this.find(".cues"); }

  say(message) { this.find(".error").textContent = message; }

  tell(words) { this.find(".state").textContent = words; }

  timeAt(x) { return Math.min(1, Math.max(0, x / this.range.clientWidth)) * (this.video.duration || 0); }

  show() {
    const { video, range } = this;
    const duration = Number.isFinite(video.duration) ? video.duration : 0;
    range.max = duration;
    range.value = video.currentTime;
    this.find(".play").textContent = video.paused ? "▶" : "⏸";
    this.find(".mute").textContent = video.muted ? "🔇" : "🔊";
    this.find(".clock").textContent = `${clock(video.currentTime)} / ${clock(duration)}`;
  }

  // Show the picture of a time above its place on the bar.
  async preview(time) {
    const asked = (this.asked = {});
    const found = await this.engine?.thumbnail(time).catch(() => null);
    if (asked !== this.asked || !found) return;
    const { url, x, y, width, height } = found, { style } = this.picture;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.background = `url("${url}") -${x}px -${y}px`;
    style.left = `${(100 * time) / (this.video.duration || 1)}%`;
    this.picture.dataset.time = clock(time);
    this.picture.hidden = false;
  }

  // Fill the menus with what the engine offers now.
  fill() {
    const { engine } = this;
    const numbered = (items) => items.map((item, at) => [item.name, at]);
    this.menu(".quality", [["automatic", "auto"], ...numbered(engine.qualities)], this.auto ? "auto" : null);
    this.menu(".audio", numbered(engine.audios), engine.audios.findIndex(({ id }) => id === engine.audio));
    const shown = engine.texts.findIndex(({ id }) => id === engine.text);
    this.menu(".text", [["off", "off"], ...numbered(engine.texts)], shown < 0 ? "off" : shown);
  }

  menu(name, options, chosen) {
    const select = this.find(name);
    const said = JSON.stringify(options);
    if (select.dataset.said !== said) {
      const before = select.value;
      select.replaceChildren(...options.map(([label, value]) => new Option(label, value)));
      select.value = before || select.value;
      select.dataset.said = said;
    }
    if (chosen !== null && chosen !== -1) select.value = chosen;
    select.parentElement.hidden = options.length < 2;
  }
}
