// Traces: the nodes that a model records when it is called with stand-ins for its inputs. Nothing is computed, and the
// model's state is restored.
import { ArgumentError, type DType, Generator, type Shape, scope, Tensor } from '../../../torch';
import {
  type Module,
  mapTensors,
  type Node,
  placeOf,
  tensorsIn,
  type Value,
  withDefaultGenerator,
  withMode,
  withoutRunning,
} from '../../../torch/inside';
import { nodeTitle, readsOf } from './reads';

const OP = 'onnx.export';

/** One recorded call of the model. */
export interface Trace {
  /** The nodes that the outputs depend on, in the order in which they were recorded. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  /** The outputs, each with the keys that lead to it through lists and objects. */
  readonly outputs: readonly { readonly path: readonly string[]; readonly value: Value }[];
  /** Parameters and buffers by the values that they had at the start of the call. */
  readonly state: ReadonlyMap<Value, { readonly name: string; readonly tensor: Tensor }>;
  /** Values that are neither inputs nor parameters or buffers, and that no node of the call computes. */
  readonly constants: ReadonlySet<Value>;
}

/** The error if the numbers of an input are wanted: its stand-in has a shape but no contents. */
const READS =
  `${OP}: the model reads numbers of a tensor while it is called, as by item(), and goes on by them; ` +
  'a file has the operations of one call, whatever the numbers are, so leave that part out of forward';

/**
 * Calls the model with inputs of these shapes in place of the tensors in `args`.
 *
 * @throws ArgumentError if the model draws random numbers itself: the file would repeat the same numbers in every call
 */
export function traceModel(model: Module, args: readonly unknown[], shapes: readonly Shape[]): Trace {
  const { trace: first, draws } = traceOnce(model, args, shapes, 0);
  if (!draws) return first;
  const { trace: again } = traceOnce(model, args, shapes, 1);
  const differing = first.nodes.find((node, n) => drawsDiffer(node, again.nodes[n], first));
  if (differing === undefined) return first;
  throw new ArgumentError(
    `${OP}: ${nodeTitle(differing, placeOf(differing))} depends on random numbers, which a file cannot draw in the same way; ` +
      'export the model in eval mode, or leave that part out of forward',
  );
}

/** Whether a node reads different numbers from the host, or does something else, when the model is called again. */
function drawsDiffer(node: Node, other: Node | undefined, { constants }: Trace): boolean {
  if (other?.op.name !== node.op.name || other.inputs.length !== node.inputs.length) return true;
  return node.inputs.some((value, i) => {
    const twin = other.inputs[i]!;
    if (value === twin || !constants.has(value) || value.host === null) return false;
    return (
      twin.host === null ||
      twin.host.length !== value.host.length ||
      value.host.some((n, k) => !Object.is(n, twin.host![k]))
    );
  });
}

/** Traces one call, and reports whether it draws random numbers (which depend on the seed). */
function traceOnce(model: Module, args: readonly unknown[], shapes: readonly Shape[], seed: number) {
  const dtypes = tensorsIn(args).map(({ dtype }) => dtype);
  const generator = new Generator().manualSeed(seed);
  const before = generator.getState();
  return scope(() => {
    const record = (standIn: StandIn) =>
      withMode({ grad: false, keepSaved: false }, () => recorded(model, args, standIn, shapes, dtypes));
    // Earlier work runs now; the work recorded by this call never runs.
    return withoutRunning(OP, READS, (standIn) => {
      const trace = withDefaultGenerator(generator, () => record(standIn));
      // Before the draws are undone.
      const state = generator.getState();
      return { trace, draws: state.some((byte, i) => byte !== before[i]) };
    });
  });
}

/** Makes a value without contents, which stands for an input. */
type StandIn = Parameters<Parameters<typeof withoutRunning>[2]>[0];

function recorded(
  model: Module,
  args: readonly unknown[],
  standIn: StandIn,
  shapes: readonly Shape[],
  dtypes: readonly DType[],
): Trace {
  const state = new Map<Value, { name: string; tensor: Tensor }>();
  // Buffers are found by their names in the state dict, such as running_mean.
  const dict = model.stateDict();
  const keys = new Map(Object.entries(dict).map(([key, { storage }]) => [storage, key] as const));
  for (const [name, tensor] of [...model.namedParameters(), ...model.namedBuffers()]) {
    if (!state.has(tensor.value))
      state.set(tensor.value, { name: name in dict ? name : (keys.get(tensor.storage) ?? name), tensor });
  }
  // Operations that are recorded from here on belong to the call.
  const since = standIn({ shape: [], dtype: 'float32' }, -1).node!.id;
  const inputs = shapes.map((shape, i) => standIn({ shape, dtype: dtypes[i]! }, i));
  let next = 0;
  const given = mapTensors(args, () => Tensor.of(inputs[next++]!));
  const result: unknown = model(...(given as never[]));
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new ArgumentError(
      `${OP}: expected a model whose forward returns tensors, but that of ${model.constructor.name} returns a promise: it waits for numbers ` +
        'that are read back, and depends on them, while a file has the same operations for all inputs; export the parts of it that compute',
    );
  }
  const outputs = outputsIn(result, []);
  if (outputs.length === 0) throw new ArgumentError(`${OP}: expected a model that gives tensors, but got none`);
  const known = new Set<Value>([...inputs, ...state.keys()]);
  const { nodes, leaves } = walk(
    outputs.map(({ value }) => value),
    known,
    since,
  );
  return { nodes, inputs, outputs, state, constants: leaves };
}

function outputsIn(result: unknown, path: readonly string[]): { path: readonly string[]; value: Value }[] {
  if (result instanceof Tensor) return [{ path, value: result.value }];
  if (typeof result !== 'object' || result === null) return [];
  return Object.entries(result).flatMap(([key, item]) => outputsIn(item, [...path, key]));
}

/** The nodes that values depend on, in the order of recording, and the earlier values that these nodes read. */
function walk(values: readonly Value[], known: ReadonlySet<Value>, since: number) {
  const nodes = new Set<Node>();
  const leaves = new Set<Value>();
  const stack = [...values];
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (known.has(value)) continue;
    const { node } = value;
    if (!node || node.bare || node.id <= since) {
      leaves.add(value);
      continue;
    }
    if (nodes.has(node)) continue;
    nodes.add(node);
    stack.push(...readsOf(node));
  }
  return { nodes: [...nodes].sort((a, b) => a.id - b.id), leaves };
}
