// Writes PNG pictures with 8 bits per channel. Each row uses the prediction from its neighbours that leaves the
// smallest differences. Source: PNG specification, third edition, https://www.w3.org/TR/png-3.

import { ArgumentError, DTypeError, ShapeError, type Target, Tensor } from '../../../torch';
import {
  type Arguments,
  checkTarget,
  crc32,
  fromHost,
  isTensorObject as isTensor,
  joined,
  kindOf,
  parseArgs,
  shown,
  showShape,
  writeTo,
} from '../../../torch/inside';
import { Picture } from './picture';
import { paeth, SIGNATURE } from './png';

interface PngArguments {
  /** Bytes [C, H, W] of 1 to 4 channels (grey, grey and alpha, colours, colours and alpha), or a picture. */
  input: Tensor;
  /** 0 to 9. Without effect, because the platform's compression has only one level. Default 6. */
  compressionLevel?: number;
}

interface WriteArguments extends PngArguments {
  /** A name, a file handle or a writable stream: see `Target`. */
  filename: Target;
}

/**
 * Encodes a picture as the bytes of a PNG file, uint8 [length].
 *
 * @throws DTypeError, ShapeError if the tensor is not a picture of bytes
 */
export async function encodePng(...args: Arguments<PngArguments, ['input', 'compressionLevel']>): Promise<Tensor> {
  const o = parseArgs<PngArguments>('encodePng', ['input'], { compressionLevel: 6 }, args);
  const file = await pngOf('encodePng', o.input, o.compressionLevel);
  return Tensor.of(fromHost(Uint32Array.from(file), [file.length], 'uint8'));
}

/**
 * Writes a picture as a PNG file: in a page as a download, in Node as a file that is written completely or not at all.
 *
 * @throws DTypeError, ShapeError if the tensor is not a picture of bytes; ArgumentError if the target cannot be written
 * to
 */
export async function writePng(
  ...args: Arguments<WriteArguments, ['input', 'filename', 'compressionLevel']>
): Promise<void> {
  const o = parseArgs<WriteArguments>('writePng', ['input', 'filename'], { compressionLevel: 6 }, args);
  checkTarget('writePng', o.filename);
  await writeTo('writePng', o.filename, [await pngOf('writePng', o.input, o.compressionLevel)]);
}

async function pngOf(op: string, input: Tensor, level: number): Promise<Uint8Array> {
  if (!isTensor(input)) throw new ArgumentError(`${op}: expected a tensor, but got ${kindOf(input)}`);
  if (input.dtype !== 'uint8') {
    throw new DTypeError(
      `${op}: expected a picture of uint8, but got ${input.dtype}; convert it with .mul(255).to('uint8')`,
    );
  }
  const { shape } = input;
  const [channels] = input instanceof Picture ? [input.channels] : shape;
  if (shape.length !== 3 || shape.includes(0) || channels! > 4) {
    throw new ShapeError(`${op}: expected a picture [C, H, W] of 1 to 4 channels, but got shape ${showShape(shape)}`);
  }
  if (!Number.isInteger(level) || level < 0 || level > 9) {
    throw new ArgumentError(`${op}: expected compressionLevel, a whole number from 0 to 9, but got ${shown(level)}`);
  }
  const pixels = input instanceof Picture ? input : input.permute(1, 2, 0);
  const [height, width] = pixels.shape as [number, number, number];
  return png(Uint8Array.from(await pixels.data()), width, height, channels!);
}

/** PNG's colour types by the number of channels. */
const colorTypes: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

/** Encodes pixels [height, width, channels] as a PNG file. */
export async function png(pixels: Uint8Array, width: number, height: number, channels: number): Promise<Uint8Array> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, colorTypes[channels]!, 0, 0, 0], 8);
  const rows = new Blob([filtered(pixels, width * channels, height, channels)]);
  const packed = rows.stream().pipeThrough(new CompressionStream('deflate'));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array()),
  ];
  return joined(
    parts,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
}

/**
 * Filters rows of `stride` bytes: each becomes its differences from a prediction (§9), after the number of the
 * prediction.
 */
function filtered(pixels: Uint8Array, stride: number, rows: number, step: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((stride + 1) * rows);
  const tries = Array.from({ length: 5 }, () => new Uint8Array(stride));
  for (let row = 0; row < rows; row++) {
    const costs = [0, 0, 0, 0, 0];
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i >= step ? pixels[at - step]! : 0;
      const up = row > 0 ? pixels[at - stride]! : 0;
      const corner = i >= step && row > 0 ? pixels[at - stride - step]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      for (let filter = 0; filter < 5; filter++) {
        const rest = (pixels[at]! - predicted[filter]!) & 255;
        tries[filter]![i] = rest;
        costs[filter]! += Math.min(rest, 256 - rest);
      }
    }
    const best = costs.indexOf(Math.min(...costs));
    out[row * (stride + 1)] = best;
    out.set(tries[best]!, row * (stride + 1) + 1);
  }
  return out;
}

function chunk(kind: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(content.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) out[4 + i] = kind.charCodeAt(i);
  out.set(content, 8);
  view.setUint32(content.length + 8, crc32(out.subarray(4, content.length + 8)));
  return out;
}
