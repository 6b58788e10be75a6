// CRC-32 as in zip and PNG: the remainder of the bytes as a polynomial over GF(2), divided by 0xEDB88320 (bits
// reversed). Eight bytes per step ("slicing by 8", Kounavis & Berry 2005).

/** Table k holds the remainder of each byte when k more bytes follow it. */
const tables: Uint32Array[] = [];

function makeTables(): void {
  for (let k = 0; k < 8; k++) {
    tables.push(
      Uint32Array.from({ length: 256 }, (_, byte) => {
        let rest = k === 0 ? byte : tables[k - 1]![byte]!;
        for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
        return rest;
      }),
    );
  }
}

/**
 * The checksum of `bytes`, or of longer data that ends in `bytes`, if `before` is the checksum of the preceding data.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (tables.length === 0) makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let crc = ~before;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const low = crc ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    crc =
      t7[low & 255]! ^
      t6[(low >>> 8) & 255]! ^
      t5[(low >>> 16) & 255]! ^
      t4[low >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
