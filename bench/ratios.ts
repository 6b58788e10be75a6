// What the figures say: how far ahead a row is, its share of the hand-written kernels and of the device's peak, and how time grows.
import type { LibraryName } from './libraries/library';
import type { Figures, RowReport } from './measure';
import type { Peak } from './peaks';

type Row = Pick<RowReport, 'figures'>;

/** Milliseconds a step: by the GPU's clock where it was asked. */
const time = ({ gpu, median }: Pick<Figures, 'gpu' | 'median'>): number => gpu ?? median;

/** How many times as fast as the fastest peer on WebGPU, or as a loop of its own, Lamplight is, by the medians; null where either is missing. */
export function ahead({ figures }: Row): number | null {
  const { tfjs, 'jax-js': jax, 'ort-webgpu': ort, 'plain-loop': loop, lamplight } = figures;
  const medians = [tfjs, jax, ort, loop].flatMap((peer) => peer?.median ?? []);
  return lamplight && medians.length > 0 ? Math.min(...medians) / lamplight.median : null;
}

/** Lamplight's speed as a share of the hand-written kernels'; null where either is missing. */
export function share({ figures }: Row): number | null {
  const { lamplight, 'hand-written': best } = figures;
  if (!lamplight || !best) return null;
  return lamplight.gpu && best.gpu ? best.gpu / lamplight.gpu : best.median / lamplight.median;
}

/** How many times the time of the next friendly size a row takes; null where there is none. */
export function cliff({ figures, friendly }: Pick<RowReport, 'figures' | 'friendly'>): number | null {
  return figures.lamplight && friendly ? figures.lamplight.median / friendly.figures.median : null;
}

/** GFLOP/s or GB/s of a library. */
export function rate(
  { flops, bytes, figures }: Pick<RowReport, 'flops' | 'bytes' | 'figures'>,
  library: LibraryName,
): { value: number; unit: 'GFLOP/s' | 'GB/s' } | null {
  const found = figures[library];
  if (!found) return null;
  if (flops !== null) return { value: flops / time(found) / 1e6, unit: 'GFLOP/s' };
  return bytes === null ? null : { value: bytes / time(found) / 1e6, unit: 'GB/s' };
}

/** Lamplight's rate as a share of the device's peak; null where either is unknown. */
export function shareOfPeak(row: Pick<RowReport, 'flops' | 'bytes' | 'figures'>, peak: Peak | null): number | null {
  const ours = rate(row, 'lamplight');
  return peak && ours ? ours.value / (ours.unit === 'GB/s' ? peak.bandwidth : peak.arithmetic) : null;
}

/** On how many of the rows that a peer takes part in Lamplight is ahead of every peer, and where it does worst. */
export function tally(rows: readonly RowReport[]): { ahead: number; of: number; worst: RowReport | null } {
  const compared = rows.filter((row) => ahead(row) !== null);
  const [worst = null] = [...compared].sort((a, b) => ahead(a)! - ahead(b)!);
  return { ahead: compared.filter((row) => ahead(row)! >= 1).length, of: compared.length, worst };
}

/** p of the line of least squares through log time = p · log work + c; null for fewer than two points. */
export function exponent(points: readonly { work: number; time: number }[]): number | null {
  if (points.length < 2) return null;
  const xs = points.map(({ work }) => Math.log(work));
  const ys = points.map(({ time }) => Math.log(time));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x0 = mean(xs);
  const y0 = mean(ys);
  const covariance = mean(xs.map((x, i) => (x - x0) * (ys[i]! - y0)));
  return covariance / mean(xs.map((x) => (x - x0) ** 2));
}
