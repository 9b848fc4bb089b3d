// Reads MP4 files with mp4box.js and prints what their boxes say, a JSON object a file:
// node boxes.mjs NODE_MODULES FILE…
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const { createFile } = await import(pathToFileURL(`${folder}/mp4box/dist/mp4box.all.mjs`));
const hex = (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("hex")).replaceAll("-", "").toLowerCase();

function* walk(boxes) {
  for (const box of boxes || []) {
    yield box;
    yield* walk(box.boxes);
    yield* walk(box.entries?.filter?.((entry) => entry?.type));
  }
}

for (const name of files) {
  const file = createFile();
  const bytes = readFileSync(name);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  buffer.fileStart = 0;
  file.appendBuffer(buffer);
  file.flush();
  const all = [...walk(file.boxes)];
  const of = (type) => all.filter((box) => box.type === type);
  console.log(JSON.stringify({
    boxes: file.boxes.map((box) => box.type),
    brands: [...of("ftyp"), ...of("styp")].flatMap((box) => [box.major_brand, ...box.compatible_brands]),
    entry: of("stsd")[0]?.entries[0].type ?? null,
    format: of("frma")[0]?.data_format ?? null,
    scheme: of("schm")[0]?.scheme_type ?? null,
    tenc: of("tenc").map((box) => ({
      kid: hex(box.default_KID),
      isProtected: box.default_isProtected,
      ivBytes: box.default_Per_Sample_IV_Size,
      pattern: [box.default_crypt_byte_block ?? 0, box.default_skip_byte_block ?? 0],
      iv: box.default_constant_IV ? hex(box.default_constant_IV) : "",
    }))[0] ?? null,
    pssh: of("pssh").map((box) => ({
      system: hex(box.system_id), version: box.version, kids: (box.kid || []).map(hex), bytes: box.size,
    })),
    sidx: of("sidx").map((box) => ({
      start: box.start,
      timescale: box.timescale,
      sizes: box.references.map((reference) => reference.referenced_size),
      durations: box.references.map((reference) => reference.subsegment_duration),
      sap: box.references.map((reference) => reference.starts_with_SAP),
      end: box.start + box.size + box.first_offset,
    }))[0] ?? null,
    edit: of("elst")[0]?.entries[0].media_time ?? 0,
    tfdt: of("tfdt").map((box) => box.baseMediaDecodeTime),
    moofs: of("moof").map((box) => box.start),
    auxiliary: [...new Set(all.map((box) => box.type).filter((type) => ["senc", "saiz", "saio"].includes(type)))].sort(),
    bytes: bytes.length,
  }));
}
