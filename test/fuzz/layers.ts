// What lies inside of files whose outside has check sums: damage is done within, and the outside made to fit.
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { memoryReader } from '../../src/torch/io/reader';
import { crc32 } from '../../src/torch/io/zip/crc32';
import { openZip, writeZip } from '../../src/torch/io/zip/zip';

/** Does damage to a part of a file, and gives the file around it. */
export type Layer = (
  bytes: Uint8Array,
  damage: (part: Uint8Array) => Uint8Array,
  pick: (below: number) => number,
) => Promise<Uint8Array>;

/** One entry of an archive. */
export const insideZip: Layer = async (bytes, damage, pick) => {
  const zip = await openZip(memoryReader(bytes, 'seed'));
  const contents = await Promise.all(zip.names.map(async (name) => ({ name, data: await zip.read(name) })));
  if (contents.length === 0) return damage(bytes);
  // What tells of the others is met more often.
  const told = contents.findIndex(({ name }) => name.endsWith('data.pkl'));
  const at = told >= 0 && pick(3) > 0 ? told : pick(contents.length);
  contents[at] = { name: contents[at]!.name, data: damage(contents[at]!.data) };
  return Uint8Array.from(Buffer.concat([...writeZip(contents)]));
};

/** What was compressed by gzip. */
export const insideGzip: Layer = async (bytes, damage) =>
  gzipSync(damage(Uint8Array.from(gunzipSync(bytes))), { level: 1 });

const BLOCK = 512;

/** A tar archive within gzip, whose headers' check sums are made to fit. */
export const insideTar: Layer = (bytes, damage, pick) =>
  insideGzip(
    bytes,
    (tar) => {
      const damaged = damage(tar);
      if (pick(4) === 0) return damaged;
      for (let at = 0; at + BLOCK <= damaged.length; at += BLOCK) {
        const block = damaged.subarray(at, at + BLOCK);
        if (String.fromCharCode(...block.subarray(257, 262)) !== 'ustar') continue;
        block.fill(32, 148, 156);
        const sum = block.reduce((total, byte) => total + byte, 0);
        block.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
      }
      return damaged;
    },
    pick,
  );

/** The rows of a PNG picture before they are compressed, or another of its chunks. */
export const insidePng: Layer = async (bytes, damage, pick) => {
  const view = Buffer.from(bytes);
  const chunks: { kind: string; data: Buffer }[] = [];
  for (let at = 8; at + 12 <= view.length; ) {
    const length = view.readUInt32BE(at);
    const kind = view.toString('latin1', at + 4, at + 8);
    const data = view.subarray(at + 8, at + 8 + length);
    const last = chunks.at(-1);
    // Rows may be cut into several.
    if (kind === 'IDAT' && last?.kind === 'IDAT') last.data = Buffer.concat([last.data, data]);
    else chunks.push({ kind, data });
    at += 12 + length;
  }
  const rows = chunks.findIndex(({ kind }) => kind === 'IDAT');
  const chosen = pick(3) > 0 ? rows : pick(chunks.length);
  const chunk = chunks[chosen]!;
  const plain = (data: Uint8Array) => damage(Uint8Array.from(data));
  chunk.data = Buffer.from(
    chosen === rows ? deflateSync(plain(inflateSync(chunk.data)), { level: 1 }) : plain(chunk.data),
  );
  const written = chunks.map(({ kind, data }) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  });
  return Uint8Array.from(Buffer.concat([view.subarray(0, 8), ...written]));
};

/** A gzip file, or one as it is. */
export const insideGzipped: Layer = (bytes, damage, pick) =>
  bytes[0] === 0x1f ? insideGzip(bytes, damage, pick) : Promise.resolve(damage(bytes));
