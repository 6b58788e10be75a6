// Finds the inputs of a graph that decide shapes. If a call's tensors have their numbers on the host, these inputs are
// computed there.
import type { GraphMessage, NodeMessage } from '../proto/messages';
import { type Functions, functionKey } from './check';

/** The inputs of operators whose numbers must be known before anything is computed. */
const deciding: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  BlackmanWindow: [0],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  ConstantOfShape: [0],
  CumSum: [1],
  DFT: [1, 2],
  Expand: [1],
  HammingWindow: [0],
  HannWindow: [0],
  If: [0],
  Loop: [0, 1],
  MaxUnpool: [2],
  MelWeightMatrix: [0, 1, 2, 3, 4],
  NonMaxSuppression: [2, 3, 4],
  OneHot: [1],
  Pad: [1, 3],
  Range: [0, 1, 2],
  Reshape: [1],
  Resize: [1, 2, 3],
  STFT: [1, 3],
  SequenceAt: [1],
  SequenceErase: [1],
  SequenceInsert: [2],
  Slice: [1, 2, 3, 4],
  Split: [1],
  SplitToSequence: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Trilu: [1],
  Unsqueeze: [1],
  Upsample: [1],
};
const REDUCTION = /^Reduce[A-Z]/;

/** Operators that read only the shape of their input, not its numbers. */
const ofShapes: ReadonlySet<string> = new Set(['Shape', 'Size']);

/** The maximum depth of nested function calls; deeper ones are refused elsewhere. */
const DEEPEST = 50;

/** The names of the graph's inputs whose numbers decide a shape. */
export function decidingInputs({ inputs, nodes }: GraphMessage, functions: Functions): ReadonlySet<string> {
  const needed = namesNeeded(nodes, functions, new Set(), 0);
  return new Set(inputs.map(({ name }) => name).filter((name) => needed.has(name)));
}

/** The names whose numbers are needed: `wanted`, and all values that they are computed from. */
function namesNeeded(
  nodes: readonly NodeMessage[],
  functions: Functions,
  wanted: ReadonlySet<string>,
  depth: number,
): Set<string> {
  const needed = new Set(wanted);
  const need = (name: string | undefined): void => {
    if (name) needed.add(name);
  };
  for (const node of nodes.toReversed()) {
    const { opType, domain, inputs, outputs, attributes } = node;
    const called = functions.get(functionKey(domain, opType));
    if (called && depth < DEEPEST) {
      const asked = called.outputs.filter((_, i) => needed.has(outputs[i] ?? ''));
      const inside = namesNeeded(called.nodes, functions, new Set(asked), depth + 1);
      called.inputs.forEach((name, i) => {
        if (inside.has(name)) need(inputs[i]);
      });
      continue;
    }
    const isNeeded = !ofShapes.has(opType) && outputs.some((name) => needed.has(name));
    for (const { g, graphs = [] } of attributes) {
      for (const graph of g ? [g, ...graphs] : graphs) {
        const asked = isNeeded ? graph.outputs.map(({ name }) => name) : [];
        for (const name of namesNeeded(graph.nodes, functions, new Set(asked), depth + 1)) need(name);
      }
    }
    const own = domain === '' ? (deciding[opType] ?? (REDUCTION.test(opType) ? [1] : [])) : [];
    for (const i of own) need(inputs[i]);
    if (isNeeded) for (const name of inputs) need(name);
  }
  return needed;
}
