// Pictures for programs whose own have to be downloaded: smooth colours with some edges, as PNG files.
import { crc32, deflateSync } from 'node:zlib';

/** A PNG file. @param {readonly [width: number, height: number]} size @param {number} seed which picture */
export function picture([width, height], seed) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const wave = Math.sin((x * (c + 1 + seed)) / 9) + Math.cos((y * (3 - c + seed)) / 11);
        const edge = (x * (seed + 1) + y) % 24 < 9 ? 40 : 0;
        rows[y * (1 + 3 * width) + 1 + 3 * x + c] = Math.round(108 + 50 * wave + edge);
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

/** @param {string} kind */
function chunk(kind, content = Buffer.alloc(0)) {
  const out = Buffer.alloc(content.length + 12);
  out.writeUInt32BE(content.length, 0);
  out.write(kind, 4, 'latin1');
  content.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, content.length + 8)), content.length + 8);
  return out;
}
