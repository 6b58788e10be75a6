// Reads the WGSL texts of kernels. An operation names a text, '#conv/conv2d'; the compiler loads the bundle of kernels/texts
// and replaces the name by the text.

import { LatePart, MissingParts } from '../core/late';
import { textBundles } from '../kernels/text-bundles';
import { isMarked, writing } from '../wgsl/unroll';
import { type Lowering, type Pass, type PointwiseBody, withEach } from './ir';

type Bundles = typeof textBundles;
export type BundleName = keyof Bundles;
type TextsOf<B extends BundleName> = keyof NonNullable<Bundles[B]['here']> & string;

/** The name of a text: its bundle, and its name in the bundle. */
export type Text = { [B in BundleName]: `#${B}/${TextsOf<B>}` }[BundleName];

/**
 * Replaces names by the texts of loaded bundles; WGSL stays as it is. Notes missing bundles, and reads their texts as
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
    const [bundle, name] = source.slice(1).split('/') as [string, string];
    const part: LatePart<Readonly<Record<string, string>>> = textBundles[bundle as BundleName];
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
 * @throws MissingParts if bundles have not been loaded, naming all of them
 */
function inTime<T>(read: (reader: Reader) => T): T {
  const reader = new Reader();
  const result = read(reader);
  if (reader.missing.size > 0) throw new MissingParts([...reader.missing]);
  return result;
}

/** A lowering with names replaced by texts. @throws MissingParts if bundles have not been loaded */
export const withTexts = (lowering: Lowering): Lowering => inTime((reader) => reader.lowering(lowering));

/** A pass with names replaced by texts. @throws MissingParts if bundles have not been loaded */
export const passWithTexts = (pass: Pass): Pass => inTime((reader) => reader.pass(pass));

const codes: LatePart<unknown>[] = [];
/** Parts that come with the first kernels, such as the measurements by which kernels choose. */
const asked: LatePart<unknown>[] = [];

/** Makes a part load together with the first kernels. */
export function comesWithKernels(part: LatePart<unknown>): void {
  asked.push(part);
}

/**
 * The code of kernels, for a lowering. It loads when a plan first needs it, with the bundles of texts that it always
 * needs (`always`).
 * @throws MissingParts if the code has not been loaded yet
 */
export function kernels<K>(name: string, ask: () => Promise<K>, ...always: BundleName[]): () => K {
  const code = new LatePart(name, ask);
  codes.push(code);
  return () => {
    if (!code.here) throw new MissingParts([code, ...always.map((name) => textBundles[name]), ...asked]);
    return code.here;
  };
}

/** For tests: the code and the texts of all kernels, and what comes with them. */
export const kernelParts = (): LatePart<unknown>[] => [...Object.values(textBundles), ...codes, ...asked];
