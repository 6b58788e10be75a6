// What whole networks are meant to reach, and which rows miss it.
import type { LibraryName } from './libraries/library';
import type { RowReport } from './measure';
import { ahead } from './ratios';

type Row = Pick<RowReport, 'name' | 'title' | 'figures'>;

/** Peers that compute on the GPU, and so are to be left behind. */
const onGpu: readonly LibraryName[] = ['tfjs', 'jax-js', 'ort-webgpu'];

/** Times onnxruntime-web's WebGPU provider: in the geometric mean, and on each row. */
const OVER_ORT = { mean: 8, each: 4 };
/** Times jax-js, of MobileNetV2. */
const OVER_JAX = 3;
/** Milliseconds of ResNet-18's first run, by row. */
const FIRST_RUNS: Readonly<Record<string, number>> = { 'resnet18-64': 1_000, 'resnet18-224': 2_000 };
/** Times the bytes of the peer that takes fewest. */
const BYTES = 1.1;

/** How many times as fast as a peer Lamplight is; null where either is missing. */
export function over({ figures }: Pick<RowReport, 'figures'>, peer: LibraryName): number | null {
  const theirs = figures[peer];
  return theirs && figures.lamplight ? theirs.median / figures.lamplight.median : null;
}

/** The geometric mean of a peer's times as multiples of Lamplight's, over the rows that both have; null where there is none. */
export function meanOver(rows: readonly Row[], peer: LibraryName): number | null {
  const ratios = rows.flatMap((row) => over(row, peer) ?? []);
  if (ratios.length === 0) return null;
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

/** Bytes that stay, as a multiple of those of the peer that has fewest; null where no peer has any. */
export function bytesOverBest({ figures }: Pick<RowReport, 'figures'>): number | null {
  const theirs = onGpu.flatMap((peer) => figures[peer]?.bytesLive ?? []);
  return figures.lamplight && theirs.length > 0 ? figures.lamplight.bytesLive / Math.min(...theirs) : null;
}

const times = (x: number): string => `${x.toFixed(2)}×`;

/** What a row misses, in words. */
export function misses(row: Row): string[] {
  const { name, figures } = row;
  const found: string[] = [];
  const fastest = ahead(row);
  if (fastest !== null && fastest < 1) found.push(`${times(fastest)} the fastest peer on WebGPU`);
  const ort = over(row, 'ort-webgpu');
  if (ort !== null && ort < OVER_ORT.each) found.push(`${times(ort)} ort-webgpu, not ${OVER_ORT.each}×`);
  const jax = over(row, 'jax-js');
  if (name.startsWith('mobilenetv2') && jax !== null && jax < OVER_JAX) {
    found.push(`${times(jax)} jax-js, not ${OVER_JAX}×`);
  }
  const first = FIRST_RUNS[name];
  const ours = figures.lamplight?.first;
  if (first !== undefined && ours !== undefined && ours > first) {
    found.push(`a first run of ${ours.toFixed(0)} ms, not ${first}`);
  }
  const bytes = bytesOverBest(row);
  if (bytes !== null && bytes > BYTES) found.push(`${times(bytes)} the bytes of the peer with fewest`);
  return found;
}

/** The part of the report that says how far the goals are met. */
export function goals(rows: readonly Row[]): string[] {
  const mean = meanOver(rows, 'ort-webgpu');
  const missed = rows.flatMap((row) => {
    const found = misses(row);
    return found.length > 0 ? [`- ${row.title}: ${found.join('; ')}`] : [];
  });
  return [
    '## Goals',
    'ort-webgpu is onnxruntime-web by its WebGPU provider. ort-wasm is its WASM provider on one thread: it computes on the processor, is another kind of thing, and counts in no goal.',
    ...(mean === null
      ? []
      : [`Over ort-webgpu in the geometric mean: ${times(mean)}; the goal is ${OVER_ORT.mean}× or more.`]),
    missed.length > 0 ? `Rows that miss a goal:\n\n${missed.join('\n')}` : 'No row misses a goal.',
  ];
}
