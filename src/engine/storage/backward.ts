// Reverse-mode differentiation: walks the recorded graph from outputs to leaves and records the gradients with ops.

import { convertedBy } from '../core/calls';
import { AutogradError } from '../core/errors';
import { Ask, answered, finished, partsWithin, type Steps } from '../graph/ask';
import { spend } from '../graph/edges';
import { hooksOf } from '../graph/grad-hooks';
import { withMode } from '../graph/mode';
import { atPlace, isTracing, placeOf } from '../graph/places';
import { record } from '../graph/record';
import { type GradHook, type GradSink, type Node, newMark, type Value } from '../graph/value';
import { fittingGiven } from '../ops/custom';
import { reshape, rewritten } from '../ops/shape/cast';
import { showGradient } from './anomaly';
import { Gradients } from './gradients';

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keep the graph for another backward; default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the gradients themselves, for higher derivatives; default false. */
  createGraph?: boolean;
}

/**
 * Gradients of `outputs`, weighted by `seeds`, with respect to every value of `targets`. Without targets, leaves get
 * their gradients through their sinks.
 * @throws AutogradError if the graph is gone, or if a saved value was overwritten in place
 */
export const backward = (...args: Parameters<typeof backwardSteps>): Map<Value, Value> =>
  finished(backwardSteps(...args));

/** `backward`, which stops before each call of a hook and of a custom gradient. */
export function* backwardSteps(
  outputs: readonly Value[],
  seeds: readonly Value[],
  options: BackwardOptions = {},
  targets?: readonly Value[],
): Steps<Map<Value, Value>> {
  const { createGraph = false, retainGraph = createGraph } = options;
  // Gradients have the dtype of their tensors, even within an autocast.
  const within = <T>(fn: () => T): T =>
    convertedBy(null, () => withMode({ grad: createGraph, keepSaved: true, whole: true }, fn));
  return yield* partsWithin(within, walked(outputs, seeds, retainGraph, targets));
}

function* walked(
  outputs: readonly Value[],
  seeds: readonly Value[],
  retainGraph: boolean,
  targets: readonly Value[] | undefined,
): Steps<Map<Value, Value>> {
  const nodes = reachable(outputs);
  const gradients = new Gradients();
  outputs.forEach((output, i) => {
    gradients.add(output, seeds[i]!);
  });
  const tracing = isTracing();
  const kept = new Set(targets);
  for (const node of nodes) {
    const steps = propagate(node, gradients, kept);
    yield* tracing ? partsWithin((fn) => atPlace(backwardOf(placeOf(node)), fn), steps) : steps;
  }
  if (!retainGraph) for (const node of nodes) spend(node);
  const wanted = targets && new Set(targets.map(({ sink }) => sink));
  const all = gradients.all();
  for (const [value, gradient] of all) {
    if (!value.sink || (wanted && !wanted.has(value.sink))) continue;
    const final = yield* hooked(value.sink.gradHooks, gradient, gradients);
    all.set(value, final);
    if (!targets) yield* answered(value.sink.accumulate(final), gradients.alive);
  }
  return all;
}

/** A tensor that may be a leaf of the graph. */
interface GradLeaf {
  readonly value: Value;
  /** Where its gradient goes; throws under the name `op` unless it is a leaf that requires grad. */
  leafOf(op: string): GradSink;
}

/**
 * Gradients of `outputs`, weighted by `seeds`, with respect to `inputs` alone. They are added to the gradients that the
 * inputs have.
 *
 * @throws AutogradError if an input is not a leaf that requires grad
 */
export function* backwardInto(
  inputs: readonly GradLeaf[],
  outputs: readonly Value[],
  seeds: readonly Value[],
  options: BackwardOptions,
): Steps<void> {
  const sinks = new Set<GradSink>(inputs.map((input) => input.leafOf('backward')));
  const targets = inputs.map(({ value }) => value);
  const all = yield* backwardSteps(outputs, seeds, options, targets);
  for (const [{ sink }, gradient] of all) {
    if (sink && sinks.has(sink)) yield* answered(sink.accumulate(gradient), () => all.values());
  }
}

const backwardOf = (place: string): string => (place === '' ? 'backward' : `${place} backward`);

/** The nodes between the outputs and the leaves, last recorded first. */
function reachable(outputs: readonly Value[]): Node[] {
  const nodes: Node[] = [];
  const mark = newMark();
  const stack = [...outputs];
  while (stack.length > 0) {
    const value = stack.pop()!;
    const node = value.maker;
    if (!value.requiresGrad || value.sink || !node || node.mark === mark) continue;
    if (node.spent || node.bare) {
      throw new AutogradError(
        `backward: the graph through ${node.op.name} has been used by an earlier backward and is gone; pass { retainGraph: true } to that one to go through it again`,
      );
    }
    node.mark = mark;
    nodes.push(node);
    for (const x of node.inputs) stack.push(x);
  }
  return nodes.sort((a, b) => b.id - a.id);
}

/**
 * Computes the gradients of a node's inputs from those of its outputs. `kept` are the values whose own gradients are
 * wanted.
 */
function* propagate(node: Node, gradients: Gradients, kept: ReadonlySet<Value>): Steps<void> {
  const { inputs, outputs, attrs, scalars, op } = node;
  const view = op.shows?.(node) ?? null;
  const [x, y] = [inputs[0]!, outputs[0]!];
  if (view && !hooksOf(y) && !kept.has(y) && gradients.passOn(y, x, view)) return;
  const dys: (Value | undefined)[] = [];
  let reached = false;
  for (const y of outputs) {
    let dy = gradients.of(y);
    const hooks = dy ? hooksOf(y) : null;
    if (dy && hooks) {
      dy = yield* hooked(hooks, dy, gradients);
      gradients.replace(y, dy);
    }
    dys.push(dy);
    reached ||= dy !== undefined;
  }
  if (!reached) return;
  if (view && y.numel < x.numel) {
    showGradient(node, 0, dys[0]!);
    gradients.addSlice(x, dys[0]!, view);
    return;
  }
  const saved = op.readsSaved ? node : savedNow(node);
  const needs: boolean[] = [];
  for (const x of inputs) needs.push(x.requiresGrad);
  const given = op.vjp!(dys, { ...saved, attrs, scalars, needs, read: (value) => unchanged(node, value) });
  const dxs = given instanceof Ask ? yield* answered(given, gradients.alive) : given;
  for (let i = 0; i < inputs.length; i++) {
    const dx = dxs[i];
    if (!dx || !needs[i]) continue;
    showGradient(node, i, dx);
    gradients.add(inputs[i]!, dx);
  }
}

/** What hooks make of a gradient. */
function* hooked(hooks: readonly GradHook[] | null, gradient: Value, gradients: Gradients): Steps<Value> {
  let result = gradient;
  for (const hook of hooks ?? []) {
    const given = yield* answered(hook(result), gradients.alive);
    if (given) result = fittingGiven(given, gradient);
  }
  return result;
}

/** A node's inputs and outputs, those that its gradient reads as they are now. */
function savedNow(node: Node): Pick<Node, 'inputs' | 'outputs'> {
  const { inputs, outputs, op } = node;
  const { saves = { inputs: inputs.map((_, i) => i) } } = op;
  let now: { readonly inputs: Value[]; readonly outputs: Value[] } | null = null;
  for (const kind of ['inputs', 'outputs'] as const) {
    for (const i of saves[kind] ?? []) {
      const value = node[kind][i];
      if (!value) continue;
      const here = unchanged(node, value);
      if (here === value) continue;
      now ??= { inputs: [...inputs], outputs: [...outputs] };
      now[kind][i] = here;
    }
  }
  return now ?? node;
}

/**
 * What the memory of a saved value holds now, after changes of which gradients are not told; null if that is not known.
 */
function contentsNow(value: Value): Value | null {
  const { node } = value;
  const { counter } = value.memory!;
  const base = node?.op.views ? node.inputs[0]! : null;
  if (base?.memory?.counter === counter) {
    const now = base.changed ? contentsNow(base) : base;
    return now && record(node!.op, [now, ...node!.inputs.slice(1)], node!.attrs, node!.scalars);
  }
  const { contents } = counter;
  return contents?.numel === value.numel ? reshape(contents, value.shape) : null;
}

function unchanged(node: Node, value: Value): Value {
  if (!value.changed) return value;
  const now = value.changedOpenly ? null : contentsNow(value);
  // A second derivative goes through the value itself.
  if (now) return value.requiresGrad ? rewritten(value, now, true) : now;
  throw new AutogradError(
    `backward: a value of shape [${value.shape.join(', ')}] that the gradient of ${node.op.name} needs has been changed by an in-place operation since; ` +
      'use the operation that returns a new tensor, or clone() before changing it',
  );
}
