// The arguments of addGraph, and the events that it adds.

import { ArgumentError, scope, type Tensor } from '../../../torch';
import {
  type Arguments,
  inMode,
  isPlainObject,
  isTensorObject as isTensor,
  kinds,
  Module,
  parseArgs,
  undone,
} from '../../../torch/inside';
import { type Entry, noWhen } from '../event-queue';
import { type GraphNode, graphField, graphText, ranField } from '../graph-def';
import { tracedGraph } from '../graph-trace';

interface GraphParameters {
  model: Module;
  /** The network's argument, or a list of arguments. */
  inputToModel: Tensor | readonly unknown[];
  /** Whether to log the graph to the console, too. Default false. */
  verbose?: boolean;
  /** Whether to refuse a network whose result is an object of tensors, as PyTorch's tracer does. Default true. */
  useStrictTrace?: boolean;
}

export type GraphCall = Arguments<GraphParameters, ['model', 'inputToModel', 'verbose', 'useStrictTrace']>;

const inputs: kinds.Kind = {
  words: 'what the model is called with, such as torch.rand(1, 3, 224, 224), or a list of that',
  fits: (value) => isTensor(value) || Array.isArray(value),
};

export function graphEntries(args: GraphCall): Entry[] {
  const op = 'addGraph';
  const defaults = { verbose: false, useStrictTrace: true };
  const o = parseArgs<GraphParameters>(op, ['model', 'inputToModel'], defaults, args, {
    model: kinds.instance(Module, 'a module'),
    inputToModel: inputs,
  });
  const given = isTensor(o.inputToModel) ? [o.inputToModel] : (o.inputToModel as readonly unknown[]);
  const nodes = graphOf(op, o.model, given, o.useStrictTrace);
  if (o.verbose) console.log(graphText(nodes));
  return [graphField(nodes), ranField()].map((content) => ({ when: noWhen, making: async () => content }));
}

/** Traces the graph of a network in evaluation mode. Nothing is computed, and the network's state is restored. */
function graphOf(op: string, model: Module, args: readonly unknown[], isStrict: boolean): GraphNode[] {
  const trace = (): GraphNode[] => {
    const { nodes, result } = tracedGraph(model, args);
    if (isStrict && hasObject(result)) {
      throw new ArgumentError(
        `${op}: expected the model to give tensors or lists of them, but got an object; pass useStrictTrace: false`,
      );
    }
    return nodes;
  };
  return inMode(model, false, () => scope(() => undone(trace)));
}

const hasObject = (result: unknown): boolean =>
  Array.isArray(result) ? result.some(hasObject) : isPlainObject(result);
