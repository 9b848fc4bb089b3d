// Reads HLS playlists (RFC 8216) and WebVTT, as much of them as video on demand needs.

export const attributes = (line) => Object.fromEntries(
  [...line.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g)].map(([, name, value]) => [name, value.replace(/^"|"$/g, "")]));

export async function fetched(url, kind, options = {}) {
  const answer = await fetch(url, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Error(`The server does not answer: ${url}`);
  });
  if (!answer.ok) throw new Error(`The server answers ${answer.status} to ${url}`);
  return answer[kind]();
}

export function readMultivariant(text, base) {
  const variants = [], media = [], images = [];
  let stream = null;
  const placed = (found) => ({ ...found, url: found.URI && new URL(found.URI, base).href });
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXT-X-STREAM-INF:")) stream = attributes(line);
    else if (line.startsWith("#EXT-X-MEDIA:")) media.push(placed(attributes(line)));
    else if (line.startsWith("#EXT-X-IMAGE-STREAM-INF:")) images.push(placed(attributes(line)));
    else if (line && !line.startsWith("#") && stream) {
      variants.push({ ...stream, url: new URL(line, base).href, bits: Number(stream.BANDWIDTH) });
      stream = null;
    }
  }
  return { variants: variants.sort((a, b) => a.bits - b.bits), media, images };
}

export function readMedia(text, base) {
  const segments = [];
  let start = 0, duration = 0, init = null, range = null, tiles = null, end = 0;
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
      throw new Error("This title is encrypted; choose hls.js, Shaka Player or dash.js to play it");
    else if (line.startsWith("#EXT-X-MAP:")) {
      const map = attributes(line);
      init = { url: new URL(map.URI, base).href, range: map.BYTERANGE ? ranged(map.BYTERANGE) : null };
    } else if (line.startsWith("#EXT-X-TILES:")) tiles = attributes(line);
    else if (line && !line.startsWith("#")) {
      segments.push({ url: new URL(line, base).href, start, end: start + duration, range, init, tiles });
      start += duration;
      range = null;
    }
  }
  if (!segments.length) throw new Error(`No segment is listed in ${base}`);
  return { segments, duration: start };
}

export function readCues(text) {
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
