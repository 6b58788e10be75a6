// The files that TensorBoard's projector reads: points, their labels, their pictures, and a configuration that lists
// them.
import type { DType, Tensor } from '../../torch';
import { isFloat, pythonFloat } from '../../torch/inside';
import { encoded, pixelsOf } from './pictures';
import { numbersOf } from './values';

/** The label of a point, or one column of it. */
export type Label = string | number | boolean | null;

/** The entry of one set of points in the projector's configuration. */
export interface EmbeddingInfo {
  readonly tensorName: string;
  /** The folder of the set, relative to the log folder. */
  readonly folder: string;
  readonly hasMetadata: boolean;
  /** Width and height of each picture; null without pictures. */
  readonly spriteSize: readonly [width: number, height: number] | null;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Quotes a string for the text format of protocol buffers. */
const quoted = (text: string): string =>
  `"${text.replace(/[\\"'\n\r\t]/g, (letter) => `\\${{ '\n': 'n', '\r': 'r', '\t': 't' }[letter] ?? letter}`)}"`;

/** The configuration, in the text format of tensorboard/plugins/projector/projector_config.proto. */
export function projectorConfig(infos: readonly EmbeddingInfo[]): Uint8Array {
  const text = infos.map(({ tensorName, folder, hasMetadata, spriteSize }) =>
    [
      'embeddings {',
      `  tensor_name: ${quoted(tensorName)}`,
      ...(hasMetadata ? [`  metadata_path: ${quoted(`${folder}/metadata.tsv`)}`] : []),
      ...(spriteSize
        ? [
            '  sprite {',
            `    image_path: ${quoted(`${folder}/sprite.png`)}`,
            ...spriteSize.map((size) => `    single_image_dim: ${size}`),
            '  }',
          ]
        : []),
      `  tensor_path: ${quoted(`${folder}/tensors.tsv`)}`,
      '}',
      '',
    ].join('\n'),
  );
  return bytesOf(text.join(''));
}

/** A label as Python's str() writes it. */
function labelText(label: Label): string {
  if (typeof label === 'string') return label;
  if (label === null) return 'None';
  if (typeof label === 'boolean') return label ? 'True' : 'False';
  return Number.isInteger(label) ? String(label) : pythonFloat(label);
}

/** Labels, one point per line, with columns separated by tabs. */
export const metadataTsv = (rows: readonly (readonly Label[])[]): Uint8Array =>
  bytesOf(`${rows.map((row) => row.map(labelText).join('\t')).join('\n')}\n`);

/** A tensor's element as Python writes it. */
const numberText = (value: number, dtype: DType): string =>
  isFloat(dtype) ? pythonFloat(value) : labelText(dtype === 'bool' ? value !== 0 : value);

/** Points [N, D], one per line. */
export async function tensorsTsv(points: Tensor): Promise<Uint8Array> {
  const [count, size] = points.shape as [number, number];
  const numbers = await numbersOf(points);
  const lines = Array.from({ length: count }, (_, i) =>
    numbers
      .slice(i * size, (i + 1) * size)
      .map((value) => numberText(value, points.dtype))
      .join('\t'),
  );
  return bytesOf(lines.map((line) => `${line}\n`).join(''));
}

/** The pictures [N, C, H, W] of all points in one square sprite. */
export async function spritePng(pictures: Tensor): Promise<Uint8Array> {
  const most = Math.ceil(Math.sqrt(pictures.shape[0]!));
  const { width, height, channels, bytes } = await pixelsOf(pictures, 'NCHW', { most, round: (value) => value });
  const side = Math.max(width, height);
  const square = new Uint8Array(side * side * channels);
  for (let row = 0; row < height; row++) {
    square.set(bytes.subarray(row * width * channels, (row + 1) * width * channels), row * side * channels);
  }
  return (await encoded({ width: side, height: side, channels, bytes: square })).file;
}
