// einops' einsum: sums of products over axes, whose names may have any length.
import { ArgumentError, einsum as einsumOf, type Tensor } from '../../torch';
import { isTensorObject as isTensor, kindOf } from '../../torch/inside';
import { ELLIPSIS, type Expression, listed, parseExpression, sidesOf } from './pattern';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Assigns a letter to each name; `equation` returns one side of a pattern as letters. */
export class Letters {
  readonly #known = new Map<string, string>([[ELLIPSIS, ELLIPSIS]]);

  constructor(private readonly op: string) {}

  has(name: string): boolean {
    return this.#known.has(name);
  }

  equation(names: readonly string[]): string {
    return names.map((name) => this.#letter(name)).join('');
  }

  #letter(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const letter = LETTERS[this.#known.size - 1];
    if (letter === undefined) throw new ArgumentError(`${this.op}: expected at most ${LETTERS.length} axes`);
    this.#known.set(name, letter);
    return letter;
  }
}

/**
 * Sums of products: `einsum(x, w, 'batch time in, out in -> batch time out')`. Axes that are missing in the result are
 * summed; `...` stands for unnamed dimensions. Tensors come first, the pattern last.
 *
 * @throws ArgumentError if the pattern cannot be parsed, or contains parentheses or numbers
 * @throws ShapeError if sizes differ
 */
export function einsum(...args: [Tensor, ...(Tensor | string)[], pattern: string]): Tensor {
  const pattern: unknown = args.at(-1);
  if (args.length < 2 || typeof pattern !== 'string') {
    throw new ArgumentError(
      `einsum: expected tensors, and a pattern such as 'i j, j k -> i k' behind them, but got ${args.length < 2 ? `${args.length} arguments` : `${kindOf(pattern)} for the last one`}`,
    );
  }
  const tensors = args.slice(0, -1).map((x, i) => {
    if (isTensor(x)) return x;
    throw new ArgumentError(`einsum: expected a tensor for argument ${i}, but got ${kindOf(x)}`);
  });
  const [left, right] = sidesOf('einsum', pattern);
  const terms = left.split(',').map((side) => parseExpression('einsum', side, { underscore: true, duplicates: true }));
  if (terms.length !== tensors.length) {
    throw new ArgumentError(`einsum: expected ${terms.length} tensors for '${pattern}', but got ${tensors.length}`);
  }
  const letters = new Letters('einsum');
  const equations = terms.map((term) => letters.equation(plainNames(pattern, term)));
  const result = plainNames(pattern, parseExpression('einsum', right, { underscore: true }));
  const unknown = result.filter((name) => !letters.has(name));
  if (unknown.length > 0)
    throw new ArgumentError(`einsum: expected ${listed(unknown)} on the left of '${pattern}', too`);
  return einsumOf(`${equations.join(',')}->${letters.equation(result)}`, ...tensors);
}

/** The axes of one side of a pattern, which must not contain parentheses or numbers. */
function plainNames(pattern: string, { groups }: Expression): string[] {
  return groups.map((group) => {
    const [axis] = group;
    if (group.length === 1 && axis!.size === null) return axis!.name;
    throw new ArgumentError(`einsum: expected names alone, without parentheses and numbers, but got '${pattern}'`);
  });
}
