// Builds networks with trained weights. Loaded only when weights are requested, because most of this code reads files.
import type { Module } from '../../../torch/inside';
import type { Blueprint, WeightsName } from './builder';
import { giveWeights, memberOf, type Progress, readWeights, type WeightsSource } from './load-weights';
import * as table from './weights/table';
import type { Weights, WeightsEnumeration } from './weights/weights';

const enumerations: Readonly<Record<WeightsName, WeightsEnumeration>> = table;

/** The given member of the enumeration with this name: see `memberOf`. */
export const memberNamed = (name: string, given: unknown, weights: WeightsName | null): Weights | null =>
  memberOf(name, given, weights && enumerations[weights]);

/** Builds a network with trained weights, which are read and checked first. */
export async function weighted<M extends Module, O extends object>(
  name: string,
  blueprint: Blueprint<M, O> & Required<Pick<Blueprint<M, O>, 'check'>>,
  options: Required<O>,
  given: { weights: WeightsSource; progress: Progress },
): Promise<M> {
  const weights = memberNamed(name, given.weights, blueprint.weights ?? null);
  if (weights) blueprint.check(options, weights);
  const { progress } = given;
  const loaded = await readWeights(name, given.weights, { weights, progress, renamed: blueprint.renamed });
  const model = await blueprint.build(options, { weights, has: (key) => Object.hasOwn(loaded.state, key) });
  giveWeights(name, model, loaded);
  blueprint.finish?.(model, options);
  return model;
}
