// Owns the list of what cells have declared.
import { type Tensor as AnyTensor, nn } from 'lamplight';
import type { Variable } from '../protocol';
import type { Scope } from './scope';
import { isOfPython, isTensor, shortText, sizeOf } from './texts';

const isClass = (value: unknown): boolean =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (isOfPython(value)) return value.type;
  if (typeof value === 'function') return isClass(value) ? 'class' : 'function';
  if (typeof value !== 'object') return typeof value;
  return value.constructor?.name || 'object';
}

const bytesOfTensor = (tensor: AnyTensor): number => sizeOf(tensor) * tensor.elementSize();

function bytesOf(value: unknown): number | null {
  if (isTensor(value)) return bytesOfTensor(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (!(value instanceof nn.Module) || isClass(value)) return null;
  return [...value.parameters(), ...value.buffers()].reduce((sum, tensor) => sum + bytesOfTensor(tensor), 0);
}

/** What stands for a value that cannot be looked at, as that of a tensor whose device is gone. */
const unseen = (name: string): Variable => ({
  name,
  type: 'unknown',
  shape: null,
  dtype: null,
  bytes: null,
  text: '',
  explainable: false,
});

function variableOf(name: string, value: unknown): Variable {
  const tensor = isTensor(value) && sizeOf(value) > 0 ? value : null;
  // A module is called as a function is.
  const isModule = value instanceof nn.Module;
  const type = isModule ? value.constructor.name : typeOf(value);
  return {
    name,
    type,
    shape: tensor ? [...tensor.shape] : null,
    dtype: tensor ? tensor.dtype : null,
    bytes: bytesOf(value),
    text: shortText(value),
    explainable: type === 'function' && (value as () => unknown).length === 0,
  };
}

export function variablesOf(scope: Scope): Variable[] {
  return Object.keys(scope.names)
    .filter((name) => !scope.imported.has(name))
    .map((name) => {
      try {
        return variableOf(name, scope.names[name]);
      } catch {
        return unseen(name);
      }
    });
}
