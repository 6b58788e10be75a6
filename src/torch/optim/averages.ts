// Updates running averages of many tensors: with one operation on the flat buffers that hold them, if each tensor is
// averaged in the same way.

import { type Meta, numel } from '../../engine/core/meta';
import { ofWholes } from '../../engine/ops/optim/wholes';
import { clone } from '../../engine/ops/shape/cast';
import { noGrad } from '../../engine/storage/mode';
import { Storage } from '../../engine/storage/storage';
import { blocksOf, flatLayout, flatten, isMovable } from '../tensor/flat';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';

/** A running average, and the tensor to be averaged in. */
export interface Averaging {
  readonly averaged: Tensor;
  readonly current: Tensor;
  /**
   * Whether both tensors may move into flat buffers. They may move if the current tensor is only ever written together
   * with all others, as an optimizer writes parameters.
   */
  readonly isFlat: boolean;
}

/**
 * An averaging with its result, the next average, which has not been copied into `averaged` yet; all are of one dtype
 * and shape.
 */
interface Next extends Averaging, Meta {
  readonly next: Tensor;
}

/**
 * Replaces the averages of tensors of one dtype by the next averages, which `average` writes into copies. If all are
 * computed in the same way, element by element, one dispatch serves all averages whose current tensors share a flat
 * buffer, as an optimizer's parameters do.
 */
export function averageInto(
  pairs: readonly Averaging[],
  average: (averaged: readonly Tensor[], current: readonly Tensor[]) => void,
): void {
  const run = () => {
    const all = pairs.map((pair): Next => {
      const { dtype, shape } = pair.averaged;
      return { ...pair, dtype, shape, next: Tensor.of(clone(pair.averaged.storage.value)) };
    });
    average(
      all.map(({ next }) => next),
      pairs.map(({ current }) => current),
    );
    for (const [home, group] of groupsOf(all)) {
      if (!averageTogether(home, group)) for (const { averaged, next } of group) averaged.copy_(next);
    }
  };
  scope(() => noGrad(run));
}

/**
 * The flat buffer that holds the current tensor; 'new' if the tensor is in no flat buffer but may move into one; null
 * if it may not move.
 */
type Home = Storage | 'new' | null;

function homeOf({ averaged, current, isFlat }: Averaging): Home {
  const canMove = isFlat && isMovable(averaged) && isMovable(current) && numel(averaged.shape) > 0;
  return canMove ? (current.storage.slice?.parent ?? 'new') : null;
}

function groupsOf(all: readonly Next[]): (readonly [Home, Next[]])[] {
  const groups = new Map<Home, Next[]>();
  const add = (home: Home, pair: Next) => {
    const group = groups.get(home);
    if (group) group.push(pair);
    else groups.set(home, [pair]);
  };
  for (const pair of all) add(homeOf(pair), pair);
  for (const [home, group] of [...groups]) {
    if (!(home instanceof Storage)) continue;
    const { size } = flatLayout(group.map(({ current }) => current));
    // If most of a buffer belongs to other tensors, averaging the whole buffer would be wasteful.
    if (2 * size >= home.shape[0]!) continue;
    groups.delete(home);
    for (const pair of group) add(null, pair);
  }
  return [...groups].flatMap(([home, group]) =>
    (home === 'new' ? blocksOf(group) : [group]).map((block) => [home, block] as const),
  );
}

/** Averages a group as flat buffers; returns false if its tensors are averaged in different ways, or may not move. */
function averageTogether(home: Home, group: readonly Next[]): boolean {
  if (home === null) return false;
  const averages = group.map(({ averaged }) => averaged);
  const currents = group.map(({ current }) => current);
  const make = ofWholes(
    group.map(({ next }) => next.value),
    [averages.map(({ storage }) => storage.value), currents.map(({ value }) => value)],
  );
  if (!make) return false;
  const current = home === 'new' ? flatten(currents, flatLayout(currents)) : home;
  const { dtype, shape } = current;
  const offsets = currents.map(({ storage }) => storage.slice!.offset);
  const flat = flatten(averages, { dtype, offsets, size: shape[0]! });
  flat.set(make([flat.value, current.value]));
  return true;
}
