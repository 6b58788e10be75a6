// Small pictures of every format and kind, beside what Pillow and torchvision read of them: in a page and in Node.
import * as vision from 'lamplight/vision';
import { expect } from 'vitest';
import files from '../fixtures/picture_files.json' with { type: 'json' };

interface Packed {
  readonly shape: readonly number[];
  readonly bytes: string;
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly mode: string;
  readonly pillow: Packed;
  readonly indices?: Packed;
  readonly upright?: Packed;
  readonly torchvision: Partial<Record<vision.io.ImageReadMode, Packed>>;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

export const cases = files as readonly Case[];

/**
 * Where torchvision is not followed: modes that it does not heed, alpha of 1 to 15 or none, palettes of fewer than 8 bits, whose bytes it gives
 * as they are packed, grey by a file's gamma, and ink as if it were colours.
 */
const leftOut: readonly (readonly [names: RegExp, modes: readonly string[]])[] = [
  [/^gif/, ['UNCHANGED', 'GRAY', 'GRAY_ALPHA', 'RGB_ALPHA']],
  [/^webp/, ['GRAY', 'GRAY_ALPHA']],
  [/^png (1|L \d bits)$/, ['GRAY_ALPHA', 'RGB_ALPHA']],
  [/^png P( \d bits)?( tRNS)?$/, ['UNCHANGED', 'GRAY_ALPHA', 'RGB_ALPHA']],
  [/^png P of/, ['GRAY_ALPHA', 'RGB_ALPHA']],
  [/^png (L|RGB) tRNS/, ['GRAY_ALPHA', 'RGB_ALPHA']],
  [/^png gAMA/, ['GRAY', 'GRAY_ALPHA']],
  [/^jpeg.* (CMYK|YCCK)/, ['UNCHANGED', 'GRAY']],
];

/** Compares a file's pictures of all modes with those of Pillow and torchvision; gives the largest difference. */
export async function largestDifference({
  file,
  mode,
  pillow,
  indices,
  upright,
  torchvision,
  name,
}: Case): Promise<number> {
  const bytes = bytesOf(file);
  let largest = 0;
  const compare = async (
    what: string,
    expected: Packed,
    options: vision.io.ReadImageOptions,
    most = 0,
  ): Promise<void> => {
    const picture = await vision.io.readImage(bytes, options);
    expect(picture.shape, `${name} ${what}`).toEqual(expected.shape);
    const got = await picture.data();
    const wanted = bytesOf(expected.bytes);
    let difference = 0;
    for (let i = 0; i < wanted.length; i++) difference = Math.max(difference, Math.abs(Number(got[i]) - wanted[i]!));
    largest = Math.max(largest, difference);
    expect(difference, `${name} ${what}: ${[...got].slice(0, 12)} for ${[...wanted].slice(0, 12)}`).toBeLessThanOrEqual(
      most,
    );
  };
  // Of 16 bits of grey Pillow cuts off colours at 255; torchvision keeps them, and here the upper eight are kept.
  await compare('RGB', mode === 'I;16' ? torchvision.RGB! : pillow, { mode: 'RGB' });
  if (indices && !name.startsWith('gif')) await compare('PALETTE', indices, { mode: 'PALETTE' });
  if (upright) await compare('upright', upright, { applyExifOrientation: true });
  for (const [key, expected] of Object.entries(torchvision)) {
    const each = key as vision.io.ImageReadMode;
    if (each === 'RGB' || leftOut.some(([names, modes]) => names.test(name) && modes.includes(each))) continue;
    // libpng makes grey with other roundings than Pillow.
    await compare(each, expected, { mode: each }, each.startsWith('GRAY') && !name.startsWith('jpeg') ? 1 : 0);
  }
  return largest;
}
