// Checks a model before its graph is walked: the version must be supported, and all operators and functions known.
import { FileFormatError } from '../../../torch';
import type { FunctionMessage, GraphMessage, ModelMessage, NodeMessage } from '../proto/messages';
import { nodeTitle, type Operators, operatorKey } from './call';

/** The oldest operator set that can be read, and the newest known one. */
export const OLDEST = 7;
const NEWEST = 28;

/** Operators that contain graphs, which they choose or repeat. */
export const controlFlow: ReadonlySet<string> = new Set(['If', 'Loop']);

/** The key of a function, and of the nodes that call it. */
export const functionKey = (domain: string, name: string): string => `${domain}.${name}`;

/** The maximum number of unknown operators that an error lists. */
const MOST_LISTED = 20;

/** The version of ONNX's own operators that the nodes follow. */
export function opsetOf(opsets: ModelMessage['opsets'], what: string): number {
  const version = opsets.find(({ domain }) => domain === '')?.version;
  if (version === undefined) {
    throw new FileFormatError(`onnx: expected ${what} to say which version of ONNX's operators it follows`);
  }
  if (version < OLDEST) {
    throw new FileFormatError(
      `onnx: expected operators of version ${OLDEST} or later, but ${what} follows version ${version}; export it with opset_version=17, or convert it with onnx.version_converter`,
    );
  }
  if (version > NEWEST) {
    throw new FileFormatError(
      `onnx: expected operators of version ${NEWEST} or earlier, the newest supported one, but ${what} follows version ${version}; export it with opset_version=18`,
    );
  }
  return version;
}

/**
 * Checks every node of the model.
 *
 * @throws FileFormatError that names all unknown operators
 */
export function checkOperators(graph: GraphMessage, functions: Functions, operators: Operators): void {
  const unknown = new Map<string, NodeMessage[]>();
  const seen = new Set<FunctionMessage>();
  const visit = (nodes: readonly NodeMessage[]): void => {
    for (const node of nodes) {
      const { domain, opType, attributes } = node;
      const called = functions.get(functionKey(domain, opType));
      const isKnown = Object.hasOwn(operators, operatorKey(node)) || (domain === '' && controlFlow.has(opType));
      if (called && !seen.has(called)) {
        seen.add(called);
        visit(called.nodes);
      } else if (!called && !isKnown && opType !== 'Constant') {
        const name = operatorKey(node);
        unknown.set(name, [...(unknown.get(name)?.slice(0, MOST_LISTED) ?? []), node]);
      }
      for (const { g, graphs = [] } of attributes) for (const inner of g ? [g, ...graphs] : graphs) visit(inner.nodes);
    }
  };
  visit(graph.nodes);
  if (unknown.size === 0) return;
  const lines = [...unknown].slice(0, MOST_LISTED).map(([name, nodes]) => {
    const first = nodes[0]!;
    const more = nodes.length > 1 ? `, ${nodes.length > MOST_LISTED ? 'many' : nodes.length} nodes` : '';
    return `${name} (node '${first.name || first.outputs[0] || '?'}'${more})`;
  });
  throw new FileFormatError(
    `onnx: expected operators that are supported, but got ${lines.join(', ')}; export the model without them, or with those parts outside of it`,
  );
}

export type Functions = ReadonlyMap<string, FunctionMessage>;

/** The functions of a model by key. */
export function functionsOf(functions: readonly FunctionMessage[]): Functions {
  const found = new Map<string, FunctionMessage>();
  for (const f of functions) {
    const key = functionKey(f.domain, f.name);
    if (found.has(key)) throw new FileFormatError(`onnx: expected one function ${key}, but got two`);
    found.set(key, f);
  }
  return found;
}

/** @throws FileFormatError if the graph has two inputs or two initializers of one name */
export function checkNames({ inputs, initializers }: GraphMessage): void {
  for (const [what, all] of [
    ['input', inputs],
    ['initializer', initializers],
  ] as const) {
    const seen = new Set<string>();
    for (const { name } of all) {
      if (name === '' || seen.has(name)) {
        throw new FileFormatError(`onnx: expected ${what}s with a name each, but '${name}' comes twice or is empty`);
      }
      seen.add(name);
    }
  }
}

/** @throws FileFormatError, naming the node */
export const refuse = (node: NodeMessage, message: string): never => {
  throw new FileFormatError(`${nodeTitle(node)}: ${message}`);
};
