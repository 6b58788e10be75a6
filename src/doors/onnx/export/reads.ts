// How the exporter reads recorded nodes: their names in errors, and the inputs that decide their outputs.
import type { Node, Value } from '../../../torch/inside';

/** By operation: the inputs to skip, because they only repeat the result in another order or only pass gradients on. */
const unread: Readonly<Record<string, (index: number) => boolean>> = {
  custom: (i) => i > 0,
  drawn: (i) => i > 0,
  implicitSlope: (i) => i > 0,
  // The same weight again, transposed.
  recurrent: (i) => i === 2,
};

export function readsOf({ op, reads }: Node): readonly Value[] {
  const skips = unread[op.name];
  return skips ? reads.filter((_, i) => !skips(i)) : reads;
}

/** How errors name a node: its operation, and the path of its module. */
export const nodeTitle = ({ op: { name } }: Node, place: string): string =>
  `'${name}'${place === '' ? '' : ` of module '${place}'`}`;
