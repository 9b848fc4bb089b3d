// Pictures for the seek bar: from a WebVTT index of sprites, or from the image playlist of an HLS package.
import { fetched, readCues, readMedia, readMultivariant } from "./player_playlists.js";

const size = (text) => text.split("x").map(Number);

// Return [{start, end, url, x, y, width, height}] in the order of time.
export async function picturesOfIndex(url) {
  return readCues(await fetched(url, "text")).map((cue) => {
    const [sheet, box] = cue.text.trim().split("#xywh=");
    const [x, y, width, height] = (box || "0,0,160,90").split(",").map(Number);
    return { start: cue.start, end: cue.end, url: new URL(sheet, url).href, x, y, width, height };
  });
}

export async function picturesOfPackage(url) {
  const [image] = readMultivariant(await fetched(url, "text"), url).images;
  if (!image) return [];
  const { segments } = readMedia(await fetched(image.url, "text"), image.url);
  return segments.flatMap(({ url: sheet, start, end, tiles }) => {
    const [width, height] = size(tiles.RESOLUTION), [columns, rows] = size(tiles.LAYOUT), seconds = Number(tiles.DURATION);
    return Array.from({ length: columns * rows }, (_, tile) => ({
      start: start + tile * seconds, end: Math.min(end, start + (tile + 1) * seconds), url: sheet,
      x: (tile % columns) * width, y: Math.floor(tile / columns) * height, width, height,
    })).filter((picture) => picture.start < end);
  });
}

export function thumbnailOf(pictures, time) {
  return (pictures || []).findLast((picture) => picture.start <= time) ?? pictures?.[0] ?? null;
}
