// The canvas argument of functions that show pictures.
import { isPlainObject, type kinds } from '../../../torch/inside';

const isCanvas = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'getContext') === 'function';

export const aCanvas: kinds.Kind = { words: 'a canvas of a page or worker', fits: isCanvas };

/**
 * If the last argument is a canvas, adds an empty object, so that a canvas that is a plain object is not taken for
 * named arguments.
 */
export const withCanvas = (args: readonly unknown[]): readonly unknown[] =>
  isCanvas(args.at(-1)) && isPlainObject(args.at(-1)) ? [...args, {}] : args;
