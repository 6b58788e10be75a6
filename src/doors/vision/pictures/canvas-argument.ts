// Owns the canvas that a picture is shown on, as an argument.
import { isPlainObject, type Kind } from '../../../torch/inside';

const isCanvas = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'getContext') === 'function';

export const aCanvas: Kind = { words: 'a canvas of a page or worker', fits: isCanvas };

/** Arguments whose last one may be a canvas, which is none of names, even where it is a plain object. */
export const withCanvas = (args: readonly unknown[]): readonly unknown[] =>
  isCanvas(args.at(-1)) && isPlainObject(args.at(-1)) ? [...args, {}] : args;
