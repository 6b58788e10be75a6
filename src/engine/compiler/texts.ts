// The WGSL texts of kernels, in packs that are loaded when a program needs them. An operation names a text,
// '#conv/conv2d'; the compiler loads the pack and replaces the name by the text. Texts of kernels that run together
// share a pack; a text that few programs need goes into a pack of its own.

import { LatePart, MissingParts } from '../core/late';
import { copying } from '../gpu/late-copier';
import { isMarked, writing } from '../wgsl/unroll';
import { inlining } from './fusion/inlining';
import type { Lowering, Pass, PointwiseBody } from './ir';
import { withEach } from './lowering';
import { framing } from './passes/frames';
import { widening } from './passes/halves';

/** The packs by name. Texts that programs use together are in one pack. */
const packs = {
  conv: new LatePart('conv', () => import('../kernels/texts/conv')),
  convGrad: new LatePart('convGrad', () => import('../kernels/texts/conv-grad')),
  convWorkgroup: new LatePart('convWorkgroup', () => import('../kernels/texts/conv-workgroup')),
  crossEntropy: new LatePart('crossEntropy', () => import('../kernels/texts/cross-entropy')),
  depthwise: new LatePart('depthwise', () => import('../kernels/texts/depthwise')),
  functions: new LatePart('functions', () => import('../kernels/texts/functions')),
  indexing: new LatePart('indexing', () => import('../kernels/texts/indexing')),
  joins: new LatePart('joins', () => import('../kernels/texts/joins')),
  linalg: new LatePart('linalg', () => import('../kernels/texts/linalg')),
  math: new LatePart('math', () => import('../kernels/texts/math')),
  matmul: new LatePart('matmul', () => import('../kernels/texts/matmul')),
  norm: new LatePart('norm', () => import('../kernels/texts/norm')),
  optim: new LatePart('optim', () => import('../kernels/texts/optim')),
  optimMore: new LatePart('optimMore', () => import('../kernels/texts/optim-more')),
  pictures: new LatePart('pictures', () => import('../kernels/texts/pictures')),
  pool: new LatePart('pool', () => import('../kernels/texts/pool')),
  poolMore: new LatePart('poolMore', () => import('../kernels/texts/pool-more')),
  random: new LatePart('random', () => import('../kernels/texts/random')),
  recurrent: new LatePart('recurrent', () => import('../kernels/texts/recurrent')),
  regions: new LatePart('regions', () => import('../kernels/texts/regions')),
  resample: new LatePart('resample', () => import('../kernels/texts/resample')),
  scan: new LatePart('scan', () => import('../kernels/texts/scan')),
  scatter: new LatePart('scatter', () => import('../kernels/texts/scatter')),
  sgd: new LatePart('sgd', () => import('../kernels/texts/sgd')),
  softmax: new LatePart('softmax', () => import('../kernels/texts/softmax')),
  sort: new LatePart('sort', () => import('../kernels/texts/sort')),
  special: new LatePart('special', () => import('../kernels/texts/special')),
  winograd: new LatePart('winograd', () => import('../kernels/texts/winograd')),
};

type Packs = typeof packs;
export type PackName = keyof Packs;
type TextsOf<P extends PackName> = keyof NonNullable<Packs[P]['here']> & string;

/** The name of a text: its pack, and its name in the pack. */
export type Text = { [P in PackName]: `#${P}/${TextsOf<P>}` }[PackName];

/**
 * Replaces names by the texts of loaded packs; WGSL stays as it is. Notes missing packs, and reads their texts as
 * empty.
 */
class Reader {
  readonly missing = new Set<LatePart<unknown>>();

  readonly text = (source: string): string => {
    const text = this.#named(source);
    if (!writing.here && isMarked(text)) this.missing.add(writing);
    return text;
  };

  #named(source: string): string {
    // No WGSL begins with '#', so this is WGSL already.
    if (source[0] !== '#') return source;
    const [pack, name] = source.slice(1).split('/') as [string, string];
    const part: LatePart<Readonly<Record<string, string>>> = packs[pack as PackName];
    if (!part.here) this.missing.add(part);
    return part.here?.[name] ?? '';
  }

  readonly pass = (pass: Pass): Pass => {
    const { source, edit, ...rest } = pass;
    const texts = source.map(this.text);
    const written = edit && this.missing.size === 0 ? [...texts.slice(0, -1), edit(texts.at(-1)!)] : texts;
    return withEach({ ...rest, source: written }, this.pass, (late) => inTime((reader) => reader.pass(late)));
  };

  readonly body = (body: PointwiseBody): PointwiseBody => (body.lib ? { ...body, lib: body.lib.map(this.text) } : body);

  readonly lowering = (lowering: Lowering): Lowering => {
    if (lowering.kind === 'pack') return lowering;
    if (lowering.kind === 'pointwise') {
      const { body, folded } = lowering;
      return {
        ...lowering,
        body: this.body(body),
        ...(folded && { folded: { pass: this.pass(folded.pass), body: this.body(folded.body) } }),
      };
    }
    const { viewing } = lowering;
    const viewed = viewing && {
      viewing: { ...viewing, lower: (view: typeof viewing.view) => withTexts(viewing.lower(view)) },
    };
    if (lowering.kind === 'alias') return { ...lowering, ...viewed };
    const { passes, overwrites, pooled } = lowering;
    return {
      ...lowering,
      ...viewed,
      passes: passes.map(this.pass),
      ...(overwrites && {
        overwrites: overwrites.map((one) => ({
          ...one,
          passes: () => inTime((reader) => one.passes().map(reader.pass)),
        })),
      }),
      ...(pooled && {
        pooled: (pooling: Parameters<typeof pooled>[0]) => {
          const made = pooled(pooling);
          return made && withTexts(made);
        },
      }),
    };
  };
}

/**
 * The result of `read` with names replaced by texts.
 * @throws MissingParts if packs have not been loaded, naming all of them
 */
function inTime<T>(read: (reader: Reader) => T): T {
  const reader = new Reader();
  const result = read(reader);
  if (reader.missing.size > 0) throw new MissingParts([...reader.missing]);
  return result;
}

/** A lowering with names replaced by texts. @throws MissingParts if packs have not been loaded */
export const withTexts = (lowering: Lowering): Lowering => inTime((reader) => reader.lowering(lowering));

/** A pass with names replaced by texts. @throws MissingParts if packs have not been loaded */
export const passWithTexts = (pass: Pass): Pass => inTime((reader) => reader.pass(pass));

const codes: LatePart<unknown>[] = [];
/** Parts that come with the first kernels, such as the measurements by which kernels choose. */
const asked: LatePart<unknown>[] = [];

/** Makes a part load together with the first kernels. */
export function comesWithKernels(part: LatePart<unknown>): void {
  asked.push(part);
}

/**
 * The code of kernels, for a lowering. It loads when a plan first needs it, with the packs that it always needs
 * (`always`).
 * @throws MissingParts if the code has not been loaded yet
 */
export function kernels<K>(name: string, ask: () => Promise<K>, ...always: PackName[]): () => K {
  const code = new LatePart(name, ask);
  codes.push(code);
  return () => {
    if (!code.here) throw new MissingParts([code, ...always.map((pack) => packs[pack]), ...asked]);
    return code.here;
  };
}

/** For tests: loads all packs and the code of all kernels, so that plans can be compiled synchronously. */
export const allParts = async (): Promise<void> => {
  await Promise.all(
    [...Object.values(packs), ...codes, ...asked, copying, framing, inlining, widening, writing].map((part) =>
      part.load(),
    ),
  );
};
