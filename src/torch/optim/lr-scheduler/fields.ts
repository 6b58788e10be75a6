// The format of a scheduler's saved state: its fields under PyTorch's names.
import { StateDictError } from '../../../engine/core/errors';
import { isPlainObject, kindOf } from '../../../engine/core/options';
import { snakeCase } from '../../../engine/core/printing';
import { numberAtHand } from '../../tensor/reading/shown';
import { Tensor } from '../../tensor/tensor';

/** The fields of a scheduler: numbers, strings, booleans and lists of them; functions are not saved. */
export type Fields = Record<string, unknown>;

/** Makes `fields` properties of their scheduler, so that changing one changes its further steps. */
export function expose<F extends object>(scheduler: object, fields: F): void {
  for (const name of Object.keys(fields) as (keyof F)[]) {
    Object.defineProperty(scheduler, name, {
      get: () => fields[name],
      set: (value: F[typeof name]) => {
        fields[name] = value;
      },
      enumerable: true,
    });
  }
}

/** PyTorch writes T_max, T_0 and similar names with a capital letter. */
const stateName = (name: string): string => snakeCase(name).replace(/^t_?(0|i|cur|max|mult)$/, 'T_$1');

const hasFunction = (value: unknown): boolean => [value].flat().some((item) => typeof item === 'function');

const saved = (fields: Fields): [string, unknown][] =>
  Object.entries(fields).filter(([, value]) => !hasFunction(value));

/** `StepLR(stepSize=30, gamma=0.1, lastEpoch=2, lr=[0.01])`. */
export function showFields(name: string, fields: Fields): string {
  const text = (value: unknown): string => (Array.isArray(value) ? `[${value.map(text).join(', ')}]` : String(value));
  return `${name}(${saved(fields)
    .map(([field, value]) => `${field}=${text(value)}`)
    .join(', ')})`;
}

export function writeFields(fields: Fields): Fields {
  return structuredClone(Object.fromEntries(saved(fields).map(([name, value]) => [stateName(name), value])));
}

/** The new values of the saved fields, from a state. */
export function readFields(scheduler: string, state: Fields, fields: Fields): Fields {
  const fail = (got: string) =>
    new StateDictError(`${scheduler}.loadStateDict: expected what stateDict() returns, but got ${got}`);
  if (!isPlainObject(state)) throw fail(kindOf(state));
  const names = saved(fields).map(([name]) => name);
  const missing = names.map(stateName).filter((name) => !(name in state));
  if (missing.length > 0) throw fail(`no ${missing.map((name) => `'${name}'`).join(', ')}`);
  return structuredClone(Object.fromEntries(names.map((name) => [name, withoutTensors(state[stateName(name)])])));
}

/** If an optimizer's rate is a tensor, PyTorch saves the scheduler's rates as tensors; here rates are numbers. */
function withoutTensors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTensors);
  return value instanceof Tensor ? (numberAtHand(value) ?? value) : value;
}
