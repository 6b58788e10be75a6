// The format of an optimizer's saved state, which is PyTorch's.

import { ArgumentError, StateDictError } from '../../engine/core/errors';
import { type Shape, sameShape } from '../../engine/core/meta';
import { snakeCase } from '../../engine/core/printing';
import { recomputed } from '../../engine/ops/custom';
import { cast, clone } from '../../engine/ops/shape/cast';
import { numberAtHand } from '../tensor/reading/shown';
import { Tensor } from '../tensor/tensor';
import type { ParamState } from './optimizer';

/**
 * The state of each parameter, by its index, and the options of each group with the indices of its parameters, under
 * PyTorch's names.
 */
export interface OptimizerStateDict {
  state: Record<string, Record<string, unknown>>;
  param_groups: ({ params: number[] } & Record<string, unknown>)[];
}

/** PyTorch's options that choose among its implementations. */
const KINDS = ['foreach', 'fused', 'capturable', 'differentiable'];

/** Entries that PyTorch writes into a group and that have no meaning here. */
const FOREIGN = [...KINDS, 'params', 'param_names'];

/** @throws ArgumentError if a group chooses one of PyTorch's implementations */
export function refuseKind(optimizer: string, option: string): void {
  if (!KINDS.includes(option)) return;
  throw new ArgumentError(
    `${optimizer}: got an unknown option '${option}' in a group; there is one way of updating, so leave it out`,
  );
}

interface Group {
  readonly params: readonly Tensor[];
}

export const camelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

export function writeState(groups: readonly Group[], states: ReadonlyMap<Tensor, ParamState>): OptimizerStateDict {
  const numbers = new Map(groups.flatMap((group) => group.params).map((param, i) => [param, i]));
  const state: OptimizerStateDict['state'] = {};
  for (const [param, i] of numbers) {
    const record = states.get(param);
    if (!record) continue;
    const tensors = Object.entries(record.tensors).map(([name, tensor]) => [name, tensor.detach()]);
    state[i] = { step: record.step, ...record.numbers, ...Object.fromEntries(tensors) };
  }
  const paramGroups = groups.map(({ params, ...options }) => ({
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [snakeCase(name), value])),
    params: params.map((param) => numbers.get(param)!),
  }));
  return { state, param_groups: paramGroups };
}

/** The options of each group and the state of each parameter; copied, so that the saved state does not change. */
export function readState(
  optimizer: string,
  saved: OptimizerStateDict,
  groups: readonly Group[],
  stateShape: (name: string, shape: Shape) => Shape,
) {
  const fail = (problem: string) => new StateDictError(`${optimizer}.loadStateDict: ${problem}`);
  const savedGroups = saved?.param_groups;
  if (!Array.isArray(savedGroups) || typeof saved.state !== 'object') {
    throw fail("expected an object with 'state' and 'param_groups', as stateDict() returns");
  }
  if (savedGroups.length !== groups.length) {
    throw fail(`loaded state dict has ${savedGroups.length} parameter groups, but the optimizer has ${groups.length}`);
  }
  const states = new Map<Tensor, ParamState>();
  const options = groups.map((group, g) => {
    const { params: numbers, ...named } = savedGroups[g]!;
    if (numbers.length !== group.params.length) {
      throw fail(
        `loaded state dict contains a parameter group that doesn't match the size of optimizer's group: ${numbers.length} parameters, but group ${g} has ${group.params.length}`,
      );
    }
    numbers.forEach((number, i) => {
      const record = saved.state[number];
      const wanted = (name: string) => stateShape(name, group.params[i]!.shape);
      if (record) states.set(group.params[i]!, readRecord(record, group.params[i]!, { number, wanted }, fail));
    });
    const kept = Object.entries(named).filter(([name]) => !FOREIGN.includes(name));
    return Object.fromEntries(kept.map(([name, value]) => [camelCase(name), optionOf(name, value, fail)]));
  });
  return { options, states };
}

function readRecord(
  record: Record<string, unknown>,
  param: Tensor,
  { number, wanted }: { readonly number: number; readonly wanted: (name: string) => Shape },
  fail: (problem: string) => StateDictError,
): ParamState {
  const tensors: Record<string, Tensor> = {};
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(record)) {
    if (name === 'step' || value === null) continue;
    const scalar = scalarOf(value);
    if (NUMBERS.includes(name) && scalar !== undefined) {
      numbers[name] = scalar;
      continue;
    }
    if (!(value instanceof Tensor) || !sameShape(value.shape, wanted(name))) {
      const got = value instanceof Tensor ? `[${value.shape.join(', ')}]` : typeof value;
      throw fail(`expected ${name} of parameter ${number} to have shape [${wanted(name).join(', ')}], but got ${got}`);
    }
    // Each its own memory, also where one tensor stands for several: equal copies would share it.
    tensors[name] = Tensor.of(clone(recomputed(cast(value.value, param.dtype)))).retain();
  }
  return { step: readStep(record.step, Object.keys(tensors).length > 0, number, fail), tensors, numbers };
}

/** In PyTorch an option may be a tensor, such as a learning rate for CUDA graphs; here a step needs a number. */
function optionOf(name: string, value: unknown, fail: (problem: string) => StateDictError): unknown {
  if (!(value instanceof Tensor)) return value;
  const number = scalarOf(value);
  if (number !== undefined) return number;
  throw fail(
    `expected ${name} to be a number, or a tensor of one from a file; put await state.param_groups[0].${name}.item() in its place`,
  );
}

/** The entries of the state that are one number per parameter. */
const NUMBERS = ['mu_product', 'eta', 'mu'];

/** A number, or the number in a tensor whose contents are known on the host. */
function scalarOf(value: unknown): number | undefined {
  const number = value instanceof Tensor ? numberAtHand(value) : value;
  return typeof number === 'number' ? number : undefined;
}

/**
 * PyTorch keeps the count in a tensor, whose number is known on the host if it came from a file; SGD keeps no count.
 */
function readStep(step: unknown, started: boolean, number: number, fail: (problem: string) => StateDictError): number {
  if (step === undefined) return started ? 1 : 0;
  const count = scalarOf(step);
  if (count !== undefined) return count;
  throw fail(`expected step of parameter ${number} to be a number or a tensor that was just loaded`);
}
