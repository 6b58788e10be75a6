// Owns how values are written: tensors and modules as PyTorch prints them, all else as Node does.
import { type Tensor as AnyTensor, nn, Tensor } from 'lamplight';
import { inspect } from 'node-inspect-extracted';
import { abridgeLongLists } from './long-lists';

/** Elements of a tensor beyond which it is abridged when it is read for the console. */
const LINE = 100;

abridgeLongLists();

export const isTensor = (value: unknown): value is AnyTensor => value instanceof Tensor;

/** An object of Python that TypeScript has no like of. */
export const isOfPython = (value: unknown): value is { readonly type: string } =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  'destroy' in value &&
  typeof Reflect.get(value, 'type') === 'string';

/** A value by itself. */
export async function valueText(value: unknown): Promise<string> {
  if (isTensor(value)) return value.text();
  if (value instanceof nn.Module || isOfPython(value)) return String(value);
  return inspect(value, { depth: 3, breakLength: LINE });
}

/** What `console.log` writes: texts as they are, all else as values. */
export async function consoleText(values: readonly unknown[]): Promise<string> {
  const texts = values.map((value) => (typeof value === 'string' ? value : valueText(value)));
  return (await Promise.all(texts)).join(' ');
}

/** Whether nothing has to be read from the GPU to write the values. */
export const isAtHand = (values: readonly unknown[]): boolean => !values.some(isTensor);

export function textAtHand(values: readonly unknown[]): string {
  return values
    .map((value) => {
      if (typeof value === 'string') return value;
      return value instanceof nn.Module || isOfPython(value)
        ? String(value)
        : inspect(value, { depth: 3, breakLength: LINE });
    })
    .join(' ');
}

/** A value in one short line. */
export function shortText(value: unknown, length = 80): string {
  if (isTensor(value)) return String(value);
  const text = isOfPython(value)
    ? value.type === 'function'
      ? 'a function of Python'
      : String(value)
    : value instanceof nn.Module
      ? `${value.constructor.name}, ${value.parameters().reduce((sum, p) => sum + sizeOf(p), 0)} parameters`
      : inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8, maxStringLength: length });
  const line = text.replace(/\s+/g, ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** Elements of a parameter; 0 of one that has no shape yet. */
export function sizeOf(parameter: AnyTensor): number {
  try {
    return parameter.numel();
  } catch {
    return 0;
  }
}
