// Splits a flush after a GPU device was lost. Work that depends on lost contents is sent separately, so that nothing
// else fails with it.
import type { FaultSlot } from '../gpu/fault-slots';
import type { GraphRoot } from './roots';
import { type Node, newMark, type Value } from './value';

/** A step of an optimizer, whose updates are pending. */
export interface PendingStep {
  readonly slot: FaultSlot;
  /** Whether the step changes the contents of this root. */
  changes(root: GraphRoot): boolean;
  /** Called when the updates have been sent to the GPU. */
  ran(): void;
  /** Called if the updates could not be sent: the parameters are unchanged. */
  failed(): void;
}

/** A request to flush: the roots whose values must exist afterwards, and additional `wanted` values. */
export interface Flush {
  readonly roots: ReadonlySet<GraphRoot>;
  readonly wanted: readonly Value[];
  readonly step: PendingStep | null;
}

/**
 * Splits a flush into sound work and work that depends on lost contents, which is null if there is none. An optimizer
 * step belongs entirely to one of the two.
 */
export function apart(flush: Flush): readonly [sound: Flush, lost: Flush | null] {
  const { step } = flush;
  const roots = [...flush.roots];
  const hangs = hangingOnLost([...flush.wanted, ...roots.map(({ value }) => value)]);
  if (!hangs) return [flush, null];
  const isStepLost = step !== null && roots.some((root) => step.changes(root) && hangs(root.value));
  const isLost = (root: GraphRoot): boolean =>
    hangs(root.value) || (isStepLost && (root.isState || step.changes(root)));
  const part = (lost: boolean): Flush => ({
    roots: new Set(roots.filter((root) => isLost(root) === lost)),
    wanted: flush.wanted.filter((value) => hangs(value) === lost),
    step: isStepLost === lost ? step : null,
  });
  return [part(false), part(true)];
}

/**
 * Returns a function that tests whether a value depends on contents that were lost with a device; null if none of these
 * values does.
 */
function hangingOnLost(values: Iterable<Value>): ((value: Value) => boolean) | null {
  const mark = newMark();
  // It grows while it is walked.
  const met = [...values];
  const nodes: Node[] = [];
  let isAny = false;
  for (const { node, available, isLost } of met) {
    isAny ||= isLost;
    if (available || !node || node.mark === mark) continue;
    node.mark = mark;
    nodes.push(node);
    met.push(...node.reads);
  }
  if (!isAny) return null;
  const hanging = new Set<Node>();
  const hangs = (value: Value): boolean => (value.available ? value.isLost : hanging.has(value.node!));
  // Inputs have lower ids than the nodes that read them, so a node is tested after all of its inputs.
  for (const node of nodes.sort((a, b) => a.id - b.id)) if (node.reads.some(hangs)) hanging.add(node);
  return hangs;
}
