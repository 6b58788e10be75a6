// The segments of a JPEG, each after its marker. Source: ITU-T T.81, annex B.

export interface Segment {
  readonly marker: number;
  readonly content: Uint8Array;
  /** Where the next segment begins. */
  readonly end: number;
}

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

/** The next segment from `at` on; null at the end of the picture, or of the file. */
export function segmentAt(bytes: Uint8Array, at: number): Segment | null {
  for (let i = at; i + 1 < bytes.length; i++) {
    const marker = bytes[i + 1]!;
    if (bytes[i] !== 0xff || marker === 0xff || marker <= 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (marker === 0xd9) return null;
    const length = (bytes[i + 2] ?? 0) * 256 + (bytes[i + 3] ?? 0);
    const end = i + 2 + length;
    return length < 2 || end > bytes.length ? null : { marker, content: bytes.subarray(i + 4, end), end };
  }
  return null;
}

/** The segments up to the first scan. */
export function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
  for (let next = segmentAt(bytes, 0); next && next.marker !== 0xda; next = segmentAt(bytes, next.end)) yield next;
}

/** The number of components of a JPEG: 1 grey, 3 colours, 4 CMYK; null if the file does not say. */
export function componentsOf(bytes: Uint8Array): number | null {
  for (const { marker, content } of segmentsOf(bytes)) {
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return content[5] ?? null;
  }
  return null;
}
