// Makes elementwise operators from a function of tensors, and one of numbers for the host.
import type { Tensor } from '../../../../torch';
import type { Call, Operator } from '../call';
import { computeOnHost, hostInputs } from '../host';
import type { HostType, OnnxValue } from '../values';

/** A function of numbers, and the type of its results (default: that of the first input). */
export interface OnHost {
  readonly fn: (...numbers: number[]) => number;
  readonly dtype?: HostType;
}

/** The result on the host if all inputs are there; else null. */
export function tryOnHost(call: Call, { fn, dtype }: OnHost): OnnxValue | null {
  const inputs = hostInputs(call);
  return inputs && computeOnHost(call.node.opType, inputs, dtype ?? inputs[0]!.dtype, fn);
}

/** An operator of one tensor. */
export const unary =
  (fn: (x: Tensor, call: Call) => Tensor, onHost?: OnHost): Operator =>
  (call) =>
    (onHost && tryOnHost(call, onHost)) ?? fn(call.tensor(0), call);

/** An operator of two tensors that broadcast. */
export const binary =
  (fn: (a: Tensor, b: Tensor, call: Call) => Tensor, onHost?: OnHost): Operator =>
  (call) =>
    (onHost && tryOnHost(call, onHost)) ?? fn(call.tensor(0), call.tensor(1), call);

/** An operator of any number of tensors that broadcast, combined pair by pair. */
export const variadic =
  (fn: (a: Tensor, b: Tensor) => Tensor, onHost: (a: number, b: number) => number): Operator =>
  (call) =>
    tryOnHost(call, { fn: (...numbers) => numbers.reduce((a, b) => onHost(a, b)) }) ??
    call.inputs.map((_, i) => call.tensor(i)).reduce((a, b) => fn(a, b));
