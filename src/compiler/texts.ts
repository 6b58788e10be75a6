// The WGSL of kernels, in packs that are loaded when a program needs them. An operation names a text, '#conv/conv2d'; the compiler loads
// its pack and puts the text in the place of the name.
import { FetchError } from '../core/errors';
import type { Lowering, Pass, PointwiseBody } from './ir';

/** By name, how each pack is asked for. What programs use together is in one. */
const packs = {
  conv: () => import('./packs/conv'),
  convGrad: () => import('./packs/conv-grad'),
  convWorkgroup: () => import('./packs/conv-workgroup'),
  depthwise: () => import('./packs/depthwise'),
  functions: () => import('./packs/functions'),
  indexing: () => import('./packs/indexing'),
  matmul: () => import('./packs/matmul'),
  norm: () => import('./packs/norm'),
  optim: () => import('./packs/optim'),
  optimMore: () => import('./packs/optim-more'),
  pictures: () => import('./packs/pictures'),
  pool: () => import('./packs/pool'),
  random: () => import('./packs/random'),
  recurrent: () => import('./packs/recurrent'),
  regions: () => import('./packs/regions'),
  resample: () => import('./packs/resample'),
  scan: () => import('./packs/scan'),
  scatter: () => import('./packs/scatter'),
  softmax: () => import('./packs/softmax'),
  sort: () => import('./packs/sort'),
  special: () => import('./packs/special'),
  winograd: () => import('./packs/winograd'),
};

type Packs = typeof packs;
type PackName = keyof Packs;
type TextsOf<P extends PackName> = keyof Awaited<ReturnType<Packs[P]>> & string;

/** The name of a text: that of its pack, and its own there. */
export type Text = { [P in PackName]: `#${P}/${TextsOf<P>}` }[PackName];

/** The packs that are there. */
const arrived = new Map<string, Readonly<Record<string, string>>>();

/** Thrown by what needs texts that are not there yet. */
class MissingTexts extends Error {
  constructor(readonly packs: ReadonlySet<string>) {
    super(`internal: the texts of the packs ${[...packs].join(', ')} are not loaded; await whenLoaded first`);
  }
}

/** Replaces names by the texts of loaded packs; a source that is WGSL stays. Notes missing packs, and reads their texts as empty. */
class Reader {
  readonly missing = new Set<string>();

  readonly text = (source: string): string => {
    // No WGSL begins so.
    if (source[0] !== '#') return source;
    const [pack, name] = source.slice(1).split('/') as [string, string];
    const texts = arrived.get(pack);
    if (!texts) this.missing.add(pack);
    return texts?.[name] ?? '';
  };

  readonly pass = (pass: Pass): Pass => {
    const { source, general, often, besides, edit, ...rest } = pass;
    const texts = source.map(this.text);
    return {
      ...rest,
      source: edit && this.missing.size === 0 ? [...texts.slice(0, -1), edit(texts.at(-1)!)] : texts,
      ...(general && { general: this.pass(general) }),
      ...(often && { often: () => inTime((reader) => reader.pass(often())) }),
      ...(besides && { besides: besides.map(this.pass) }),
    };
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

/** What `read` makes with texts in their places. @throws MissingTexts for all that are not there */
function inTime<T>(read: (reader: Reader) => T): T {
  const reader = new Reader();
  const result = read(reader);
  if (reader.missing.size > 0) throw new MissingTexts(reader.missing);
  return result;
}

/** Lowerings with texts in the places of their names. Within `whenLoaded`, which awaits what is missing. */
export const allWithTexts = (lowerings: readonly Lowering[]): Lowering[] =>
  inTime((reader) => lowerings.map(reader.lowering));

/** The same for a pass. */
export const passWithTexts = (pass: Pass): Pass => inTime((reader) => reader.pass(pass));

const withTexts = (lowering: Lowering): Lowering => inTime((reader) => reader.lowering(lowering));

/** Packs that have been asked for. */
const loading = new Map<string, Promise<void>>();

async function load(name: string): Promise<void> {
  if (arrived.has(name)) return;
  const known = loading.get(name);
  if (known) return known;
  const asked = packs[name as PackName]().then(
    (texts) => {
      arrived.set(name, texts);
    },
    (cause) => {
      loading.delete(name);
      throw new FetchError(
        `kernels: the file with those for '${name}' could not be loaded; see whether all files of the library are beside the page`,
        { cause },
      );
    },
  );
  loading.set(name, asked);
  return asked;
}

/** Begins to load the packs that lowerings name, for whoever will need them soon. */
export function foresee(lowerings: readonly Lowering[]): void {
  const reader = new Reader();
  lowerings.forEach(reader.lowering);
  // Who needs a pack reports its failure.
  for (const pack of reader.missing) load(pack).catch(() => {});
}

/** Loads every pack, so that plans can be compiled without waiting, for tests. */
export const allPacks = async (): Promise<void> => {
  await Promise.all(Object.keys(packs).map(load));
};

/** What `make` gives. Where texts are missing they are fetched, and it begins again: it must not have done anything by then. */
export async function whenLoaded<T>(make: () => T): Promise<T> {
  for (;;) {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof MissingTexts)) throw error;
      await Promise.all([...error.packs].map(load));
    }
  }
}
