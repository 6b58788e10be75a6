// The arguments of addEmbedding, and the files that it adds.

import { ArgumentError, type Tensor } from '../../../torch';
import {
  type Arguments,
  isTensorObject as isTensor,
  kinds,
  parseArgs,
  tensorKind as tensor,
  warnOnce,
} from '../../../torch/inside';
import { type Content, whenKinds } from '../event-queue';
import { join } from '../local-files';
import type { EmbeddingInfo, Label } from '../projector';
import { copyOf, numbersOf } from '../values';

interface EmbeddingParameters {
  /** Shape [N, D]: a point in each row. */
  mat: Tensor;
  /** A label for each point, or a list with one for each column. Default: none. */
  metadata?: Tensor | readonly (Label | readonly Label[])[] | null;
  /**
   * Shape [N, C, H, W]: a picture for each point, with 1 or 3 channels; uint8, or floats from 0 to 1. Default: none.
   */
  labelImg?: Tensor | null;
  /** The step. Default: none, which counts as step 0. */
  globalStep?: number | null;
  /** The name of the set of points. Default 'default'. */
  tag?: string;
  /** The names of the columns. Default: a single column without a name. */
  metadataHeader?: readonly string[] | null;
}

export type EmbeddingCall = Arguments<
  EmbeddingParameters,
  ['mat', 'metadata', 'labelImg', 'globalStep', 'tag', 'metadataHeader']
>;

const label = kinds.orNull(kinds.either(kinds.text, kinds.number, kinds.flag));

const embeddingKinds = {
  mat: tensor,
  metadata: kinds.orNull(kinds.either(tensor, kinds.listOf(kinds.either(label, kinds.listOf(label))))),
  labelImg: kinds.orNull(tensor),
  globalStep: whenKinds.globalStep,
  tag: kinds.text,
  metadataHeader: kinds.orNull(kinds.nonEmpty(kinds.text)),
};

/** A file in addition to the event files: its path within the log folder, and the function that makes its content. */
export interface FileEntry {
  readonly path: string;
  readonly content: Content;
}

/** The sets of points of a log, which share one configuration file of the projector. */
export class Embeddings {
  readonly #infos = new Map<string, EmbeddingInfo>();

  add(args: EmbeddingCall): FileEntry[] {
    const op = 'addEmbedding';
    const defaults = { metadata: null, labelImg: null, globalStep: null, tag: 'default', metadataHeader: null };
    const o = parseArgs<EmbeddingParameters>(op, ['mat'], defaults, args, embeddingKinds);
    const { mat, labelImg } = o;
    if (mat.shape.length !== 2 || mat.numel() === 0) {
      throw new ArgumentError(
        `${op}: expected mat [N, D] with at least one point, but got shape [${mat.shape.join(', ')}]`,
      );
    }
    const count = mat.shape[0]!;
    if (labelImg) expectPictures(op, labelImg, count);
    const rows = rowsOf(op, o.metadata, o.metadataHeader, count);
    const step = String(o.globalStep ?? 0).padStart(5, '0');
    const folder = `${step}/${o.tag.replace(/[%/\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;
    if (this.#infos.has(folder)) {
      warnOnce(
        `${op}: there are points under '${o.tag}' at step ${step} already, which these replace; give globalStep.`,
      );
    }
    this.#infos.set(folder, {
      tensorName: `${o.tag}:${step}`,
      folder,
      hasMetadata: rows !== null,
      spriteSize: labelImg ? [labelImg.shape[3]!, labelImg.shape[2]!] : null,
    });
    const making = import('../projector');
    const infos = [...this.#infos.values()];
    const points = copyOf(mat);
    const file = (name: string, content: Content): FileEntry => ({ path: join(folder, name), content });
    const pictures = labelImg ? copyOf(labelImg) : null;
    return [
      ...(rows ? [file('metadata.tsv', async () => (await making).metadataTsv(await rows()))] : []),
      ...(pictures ? [file('sprite.png', async () => (await making).spritePng(pictures))] : []),
      file('tensors.tsv', async () => (await making).tensorsTsv(points)),
      { path: 'projector_config.pbtxt', content: async () => (await making).projectorConfig(infos) },
    ];
  }
}

function expectPictures(op: string, { shape }: Tensor, count: number): void {
  const isBatch = shape.length === 4 && !shape.includes(0) && (shape[1] === 1 || shape[1] === 3);
  if (isBatch && shape[0] === count) return;
  throw new ArgumentError(
    `${op}: expected labelImg [${count}, C, H, W] of 1 or 3 channels, a picture for each point, but got shape [${shape.join(', ')}]`,
  );
}

/** Reads labels as rows of columns, preceded by a row of column names, if any; null if there are no labels. */
function rowsOf(
  op: string,
  metadata: EmbeddingParameters['metadata'],
  header: readonly string[] | null,
  count: number,
): (() => Promise<(readonly Label[])[]>) | null {
  if (metadata === null || metadata === undefined) {
    if (header === null) return null;
    throw new ArgumentError(`${op}: expected metadata under metadataHeader, but got none`);
  }
  const columns = header?.length ?? 1;
  const names = header ? [[...header]] : [];
  if (isTensor(metadata)) {
    if (metadata.shape.length !== 1 || metadata.shape[0] !== count || columns !== 1) {
      throw new ArgumentError(
        `${op}: expected metadata [${count}], a label for each point, but got shape [${metadata.shape.join(', ')}] for ${columns} columns`,
      );
    }
    const kept = copyOf(metadata);
    return async () => [...names, ...(await numbersOf(kept)).map((one) => [one])];
  }
  if (metadata.length !== count) {
    throw new ArgumentError(`${op}: expected a label for each of ${count} points, but got ${metadata.length}`);
  }
  const rows = metadata.map((row) => (Array.isArray(row) ? [...(row as readonly Label[])] : [row as Label]));
  const wrong = rows.find((row) => row.length !== columns);
  if (wrong) {
    throw new ArgumentError(
      `${op}: expected ${columns} ${columns === 1 ? 'label' : 'labels'} per point, one for each column of metadataHeader, but got ${wrong.length}`,
    );
  }
  return async () => [...names, ...rows];
}
