// Pictures of pages in fewer bytes. Chromium writes them fast and large; a page
// has few colours, so that a palette holds it without a difference that anybody
// sees. PNG is RFC 2083.

import { deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = table[(c ^ b) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

// pixels are the lines of a PNG of 8 bits and without interlacing, unfiltered.
function pixels(png) {
  const width = png.readUInt32BE(16), height = png.readUInt32BE(20), size = png[25] === 6 ? 4 : 3;
  const parts = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(parts));
  const row = width * size;
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const left = x >= size ? out[y * row + x - size] : 0;
      const up = y > 0 ? out[(y - 1) * row + x] : 0;
      const corner = x >= size && y > 0 ? out[(y - 1) * row + x - size] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * row + x] = raw[y * (row + 1) + 1 + x] + guess;
    }
  }
  return { width, height, size, out };
}

/** smaller is the same picture with 256 colours: the most used of each neighbourhood, so that a rare red stays red. Others become the nearest of them. */
export function smaller(png) {
  const { width, height, size, out } = pixels(png);
  const colour = (i) => (out[i] << 16) | (out[i + 1] << 8) | out[i + 2];
  const counts = new Map();
  for (let i = 0; i < out.length; i += size) counts.set(colour(i), (counts.get(colour(i)) ?? 0) + 1);
  const used = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([c]) => c);
  const near = new Set();
  const first = used.filter((c) => !near.has(c & 0xe0e0e0) && near.add(c & 0xe0e0e0));
  const kept = [...new Set([...first, ...used])].slice(0, 256);
  const place = new Map(kept.map((c, i) => [c, i]));
  const distance = (a, b) => [16, 8, 0].reduce((sum, s) => sum + (((a >> s) & 255) - ((b >> s) & 255)) ** 2, 0);
  for (const c of counts.keys()) {
    if (!place.has(c)) place.set(c, kept.reduce((best, k, i) => (distance(c, k) < distance(c, kept[best]) ? i : best), 0));
  }
  const lines = Buffer.alloc((width + 1) * height); // each begins with 0: no filter
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = place.get(colour((y * width + x) * size));
  }
  const header = Buffer.from(png.subarray(16, 29));
  header[9] = 3; // by palette
  const palette = Buffer.from(kept.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return Buffer.concat([signature, chunk("IHDR", header), chunk("PLTE", palette), chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
