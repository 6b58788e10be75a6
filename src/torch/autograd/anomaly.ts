// Anomaly detection: finds the first function in a backward that returns a NaN gradient.

import { AutogradError } from '../../engine/core/errors';
import { withMode } from '../../engine/graph/mode';
import { gradNameOf } from '../../engine/graph/value';
import { watchGradients } from '../../engine/storage/anomaly';
import { checked } from '../tensor/calling/callable';
import { stack } from '../tensor/joining/cat-stack';
import { Tensor } from '../tensor/tensor';

interface Sighting {
  readonly name: string;
  readonly index: number;
  readonly hasNaN: Tensor;
}

/**
 * Runs `fn`, which may be asynchronous, and checks every gradient that a backward within it computes. Use it only to
 * find mistakes: it reads gradients back and prevents fusion, so it is slow.
 *
 *     await torch.autograd.detectAnomaly(() => loss.backward());
 *
 * @throws AutogradError that names the function with the first NaN, in the order of the backward
 */
export const detectAnomaly = checked('detectAnomaly(fn: function)', findAnomaly);

async function findAnomaly<T>(fn: () => T | Promise<T>): Promise<T> {
  const watch = watchForAnomalies();
  let result: T;
  try {
    result = await fn();
  } finally {
    watch.end();
  }
  await watch.report();
  return result;
}

/** Checks every gradient until `end` is called; `report` then throws if there was a NaN. */
export function watchForAnomalies(): { end(): void; report(): Promise<void> } {
  const sightings: Sighting[] = [];
  const restore = watchGradients((node, index, gradient) => {
    const hasNaN = withMode({ grad: false }, () => Tensor.of(gradient).isnan().any().retain());
    sightings.push({ name: gradNameOf(node.outputs[0]!), index, hasNaN });
  });
  return { end: restore, report: () => reportFirst(sightings) };
}

async function reportFirst(sightings: readonly Sighting[]): Promise<void> {
  if (sightings.length === 0) return;
  const flags = await stack(sightings.map(({ hasNaN }) => hasNaN)).data();
  const first = sightings[flags.indexOf(1)];
  if (first) {
    throw new AutogradError(
      `detectAnomaly: function '${first.name}' returned nan values in its ${ordinal(first.index)} output; look at the inputs of that operation`,
    );
  }
}

const ordinal = (n: number): string => `${n}${['th', 'st', 'nd', 'rd'][n] ?? 'th'}`;
