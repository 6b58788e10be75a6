// Remembers by everything that decides it which tile was chosen for a cross-correlation.
import type { AdapterProfile } from '../../gpu/device';
import { hasFewRegisters } from '../lane-registers';

/** The sizes by which the tile of a cross-correlation is chosen. */
export interface CorrelationShape {
  readonly batch: number;
  readonly groups: number;
  readonly groupIn: number;
  readonly groupOut: number;
  readonly outSize: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/**
 * Earlier choices, by everything that decides them. The layers of a network, and networks in a program, have many in
 * common.
 */
const chosen = new Map<string, unknown>();
/** Past this many choices all are forgotten, so that changing sizes do not fill the memory. */
export const MAX_CHOSEN = 2_000;

/** The result of `choose`; cached by the kind of choice, the shape, the adapter and `more`. */
export function remembered<T>(
  kind: string,
  c: CorrelationShape,
  adapter: AdapterProfile,
  choose: () => T,
  more: readonly number[] = [],
): T {
  const { batch, groups, groupIn, groupOut, outSize, kernel, stride, dilation } = c;
  const sizes = [batch, groups, groupIn, groupOut, outSize, kernel, stride, dilation, more];
  const key = `${kind} ${adapter.kind} ${hasFewRegisters(adapter)} ${adapter.architecture} ${adapter.features.has('subgroups')} ${sizes.join()}`;
  if (chosen.has(key)) return chosen.get(key) as T;
  const choice = choose();
  if (chosen.size >= MAX_CHOSEN) chosen.clear();
  chosen.set(key, choice);
  return choice;
}
