// If and Loop. Their condition and trip count must be known on the host at the call: numbers computed from shapes and
// constants.
import { stack } from '../../../torch';
import type { NodeMessage } from '../proto/messages';
import { refuse } from './check';
import { hostOf, tensorOf } from './convert';
import { type Frame, type Source, type Step, slotsOf, valueAt } from './plan';
import { HostArray, type OnnxValue, Sequence } from './values';

/** The steps of a graph inside a node, and where its outputs are. */
export interface SubPlan {
  readonly steps: readonly Step[];
  readonly outputs: readonly Source[];
}

/** The maximum number of iterations of a loop. */
const MOST_ROUNDS = 2 ** 12;

/** The slots that the steps of these graphs read, including those that they write themselves. */
const readsIn = (plans: readonly SubPlan[]): number[] =>
  plans.flatMap(({ steps, outputs }) => [...steps.flatMap(({ reads }) => reads), ...slotsOf(outputs)]);

function runSteps(frame: Frame, { steps, outputs }: SubPlan): (OnnxValue | null)[] {
  for (const step of steps) step.run(frame);
  return outputs.map((output) => valueAt(frame, output));
}

/** The single number that decides. If it depends on the call's data, only the device has it, and the call fails. */
function decided(node: NodeMessage, frame: Frame, source: Source, what: string): number {
  const value = valueAt(frame, source);
  const host = value instanceof HostArray ? value : value === null || value instanceof Sequence ? null : hostOf(value);
  if (host?.numel === 1) return host.data[0]!;
  return refuse(
    node,
    `expected its ${what} to depend only on shapes and constants, but it depends on the data of the call, which is on the device; control flow that depends on data cannot run`,
  );
}

/** The graph to run if the condition is true, and the other one. */
export interface Branches {
  readonly holding: SubPlan;
  readonly failing: SubPlan;
}

export class IfStep implements Step {
  readonly reads: readonly number[];

  constructor(
    readonly node: NodeMessage,
    readonly condition: Source,
    readonly branches: Branches,
    readonly writes: readonly (number | null)[],
  ) {
    this.reads = [...slotsOf([condition]), ...readsIn([branches.holding, branches.failing])];
  }

  run(frame: Frame): void {
    const holds = decided(this.node, frame, this.condition, 'condition') !== 0;
    const values = runSteps(frame, holds ? this.branches.holding : this.branches.failing);
    this.writes.forEach((slot, i) => {
      if (slot !== null) frame.slots[slot] = values[i] ?? null;
    });
  }
}

/** The slots of a loop's body: the iteration number, the condition, and the values carried between iterations. */
export interface LoopSlots {
  readonly round: number;
  readonly condition: number;
  readonly carried: readonly number[];
}

export class LoopStep implements Step {
  readonly reads: readonly number[];

  constructor(
    readonly node: NodeMessage,
    /** The trip count, the initial condition, and the initial carried values. */
    readonly sources: readonly Source[],
    readonly body: SubPlan,
    readonly slots: LoopSlots,
    readonly writes: readonly (number | null)[],
  ) {
    this.reads = [...slotsOf(sources), ...readsIn([body])];
  }

  run(frame: Frame): void {
    const { node, slots } = this;
    const [rounds, first, ...initial] = this.sources as [Source, Source, ...Source[]];
    const most = rounds === null ? Number.POSITIVE_INFINITY : decided(node, frame, rounds, 'number of rounds');
    let goesOn = first === null || decided(node, frame, first, 'condition') !== 0;
    let carried = initial.map((source) => valueAt(frame, source));
    const gathered: OnnxValue[][] = this.body.outputs.slice(1 + carried.length).map(() => []);
    for (let round = 0; round < most && goesOn; round++) {
      if (round >= MOST_ROUNDS) refuse(node, `expected at most ${MOST_ROUNDS} rounds`);
      frame.slots[slots.round] = new HostArray([], 'int64', [round]);
      frame.slots[slots.condition] = new HostArray([], 'bool', [1]);
      slots.carried.forEach((slot, i) => {
        frame.slots[slot] = carried[i]!;
      });
      const values = runSteps(frame, this.body);
      carried = values.slice(1, 1 + carried.length);
      gathered.forEach((list, i) => void list.push(values[1 + carried.length + i]!));
      const [next] = this.body.outputs;
      goesOn = next === undefined || decided(node, frame, next, 'condition') !== 0;
    }
    const results = [...carried, ...gathered.map((list) => stacked(node, list))];
    this.writes.forEach((slot, i) => {
      if (slot !== null) frame.slots[slot] = results[i] ?? null;
    });
  }
}

/** Stacks the values of all iterations along a new first dimension. */
function stacked(node: NodeMessage, values: readonly OnnxValue[]): OnnxValue {
  const [first] = values;
  if (first === undefined)
    return refuse(node, 'expected at least one iteration, since without one the shape of the outputs is unknown');
  if (values.every((value) => value instanceof HostArray)) {
    const arrays = values as readonly HostArray[];
    const data = arrays.flatMap((array) => Array.from(array.data));
    return new HostArray([values.length, ...arrays[0]!.shape], arrays[0]!.dtype, data);
  }
  const tensors = values.map((value) =>
    value instanceof Sequence
      ? refuse(node, 'expected rounds to give tensors, but got a sequence')
      : value instanceof HostArray
        ? tensorOf(value)
        : value,
  );
  return stack(tensors);
}
