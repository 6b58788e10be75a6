// What lies inside of files whose outside has check sums: damage is done within, and the outside made to fit.
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { memoryReader } from '../../src/io/reader';
import { openZip, writeZip } from '../../src/io/zip';

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

/** The rows of a PNG picture before they are compressed. */
export const insidePng: Layer = async (bytes, damage) => {
  const view = Buffer.from(bytes);
  const before: Buffer[] = [view.subarray(0, 8)];
  const rows: Buffer[] = [];
  const after: Buffer[] = [];
  for (let at = 8; at + 12 <= view.length; ) {
    const chunk = view.subarray(at, at + 12 + view.readUInt32BE(at));
    if (chunk.toString('latin1', 4, 8) === 'IDAT') rows.push(chunk.subarray(8, -4));
    else (rows.length > 0 ? after : before).push(chunk);
    at += chunk.length;
  }
  const data = deflateSync(damage(Uint8Array.from(inflateSync(Buffer.concat(rows)))), { level: 1 });
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write('IDAT', 4, 'latin1');
  return Uint8Array.from(Buffer.concat([...before, head, data, Buffer.alloc(4), ...after]));
};
