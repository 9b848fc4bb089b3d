// The player page: whatever plays, with one bar below it. By itself the browser plays, or this page through Media Source
// Extensions; ?engine=hlsjs, shaka or dashjs takes a library, where the server has it.
import { Bar } from "./player_bar.js";
import { NativePlayer } from "./player_engine.js";
import { LIBRARIES, loaded } from "./player_libraries.js";
import { MsePlayer } from "./player_mse.js";
import { picturesOfIndex, picturesOfPackage } from "./player_pictures.js";
import { fetched } from "./player_playlists.js";

const FAULTS = ["", "Loading was aborted", "The network failed", "The media could not be decoded", "The format is not supported"];
const isMpd = (url) => /\.mpd(\?|$)/.test(url);
const playsHls = (video) => video.canPlayType("application/vnd.apple.mpegurl");

// Return what makes the engine, or null when nothing here can play; what is said then stands in the page.
async function chosen(query, url, bar) {
  const wanted = query.get("engine") || (query.get("mse") === "1" ? "mse" : isMpd(url) ? "shaka" : "");
  const library = LIBRARIES[wanted];
  if (wanted && !library && !["mse", "native"].includes(wanted))
    return bar.say(`There is no engine “${wanted}”: choose ${Object.keys(LIBRARIES).join(", ")}, mse or native`);
  if (library && !library.plays(url)) return bar.say(`${library.name} does not play ${isMpd(url) ? "DASH" : "HLS"}`);
  if (library && (await loaded(library))) return library.make;
  if (library) bar.say(`${library.name} is not installed here; \`make players\` installs it`);
  if (library && isMpd(url)) return null;
  const isNative = playsHls(bar.video) && (wanted === "native" || !wanted);
  if (isNative) return (...given) => new NativePlayer(...given);
  if (window.MediaSource) return (...given) => new MsePlayer(...given);
  return bar.say("This browser plays neither HLS nor Media Source Extensions");
}

// Return the licence server's address; only titles that are previewed have keys to hand out.
function licenceOf(query, url) {
  const { origin, pathname } = new URL(url);
  const own = origin === location.origin && pathname.startsWith("/preview/") ? "/clearkey" : "";
  const said = query.get("licence") || own;
  return said && new URL(said, location.href).href;
}

function picturesOf(data, query, url) {
  const index = data.thumbnails || query.get("thumbnails");
  const found = index ? picturesOfIndex(new URL(index, location.href).href) : isMpd(url) ? [] : picturesOfPackage(url);
  return Promise.resolve(found).catch(() => []);
}

async function mount(root) {
  const query = new URLSearchParams(location.search);
  const data = root.dataset, bar = new Bar(root), { video } = bar;
  const src = "fromQuery" in data ? query.get("src") : data.src;
  if (data.poster) video.poster = data.poster;
  if (query.get("title")) document.title = document.getElementById("title").textContent = query.get("title");
  if (!src) return bar.say("Nothing to play: open this page as player.html?src=<address of a .m3u8 or .mpd>");
  const url = new URL(src, location.href).href, start = parseFloat(query.get("t")) || 0;
  if (!/^https?:/.test(url)) return bar.say("Only http and https addresses are played");
  video.addEventListener("error", () => bar.say(`${FAULTS[video.error.code] || "Playing failed"}: ${video.error.message || url}`));
  const make = await chosen(query, url, bar);
  if (!make) return undefined;
  const options = { licence: licenceOf(query, url), cues: bar.cues, pictures: picturesOf(data, query, url) };
  bar.engine = root.player = make(video, (news) => {
    if (news.error) bar.say(news.error.message);
    if (news.loading) bar.tell(`loading ${news.loading}`);
    if (news.changed) bar.fill();
  }, options);
  bar.tell(bar.engine.words);
  // A browser says only that it failed; asking the server ourselves gives the reason.
  if (bar.engine instanceof NativePlayer)
    video.addEventListener("error", () => fetched(url, "text").catch((reason) => bar.say(reason.message)));
  return bar.engine.open(url, start).catch((reason) => bar.say(reason.message));
}

document.querySelectorAll(".vod-player").forEach(mount);
