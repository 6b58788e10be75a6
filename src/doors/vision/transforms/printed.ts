// Prints the fields of transforms under torchvision's names, with values as Python prints them.

import { pythonFloat, pythonText, snakeName } from '../../../torch/inside';
import type { FillArgument } from './arguments';

/** `3`, `True`, `bilinear` */
export const plain = (value: number | string | boolean): string => pythonText(value);
/** `1.0` */
export const float = pythonFloat;
/** `(32, 32)` */
export const tuple = (values: readonly number[]): string => pythonText([...values]);
/** `[5, 3]` */
export const list = (values: readonly number[]): string => `[${values.map(pythonText).join(', ')}]`;
/** `(0.08, 1.0)` */
export const floats = (values: readonly number[]): string => `(${values.map(pythonFloat).join(', ')})`;
/** `[0.5, 0.25]` */
export const floatList = (values: readonly number[]): string => `[${values.map(pythonFloat).join(', ')}]`;
/** Prints a number or a list; null for other fills, which are not printed. */
export const printedFill = (value: FillArgument): string | null =>
  Array.isArray(value) ? tuple(value as readonly number[]) : typeof value === 'number' ? plain(value) : null;

/** Prints fields of a transform, each by its own function; fields that are null are omitted. */
export function printed<F extends Readonly<Record<string, (value: never) => string | null>>>(
  of: { readonly [K in keyof F]: Parameters<F[K]>[0] | null },
  fields: F,
): string {
  const texts = Object.entries(fields).map(([name, write]) => {
    const value = of[name]!;
    const text = value === null ? null : write(value as never);
    return text === null ? null : `${snakeName(name)}=${text}`;
  });
  return texts.filter((text) => text !== null).join(', ');
}
