// einsum: sums of products described by letters, computed as permutations, reshapes and batched matrix products.

import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { showShape } from '../../../engine/core/meta';
import { kindOf } from '../../../engine/core/options';
import { TensorBase } from '../base';
import { checked } from '../calling/callable';
import type { Tensor } from '../tensor';

/** A tensor, and the letter of each of its dimensions. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

const ELLIPSIS = '...';

/**
 * The letters of one term. An ellipsis of n dimensions becomes the labels `.n-1` … `.0`, where `.0` is its last
 * dimension.
 */
function labelsOf(equation: string, term: string, ellipsis: number): string[] {
  const [before, after, ...more] = term.split(ELLIPSIS);
  if (more.length > 0 || !/^[a-zA-Z]*$/.test(before! + (after ?? ''))) {
    throw new ArgumentError(
      `einsum: expected letters and at most one '...' a term, but got '${term}' in '${equation}'`,
    );
  }
  const dots = after === undefined ? [] : Array.from({ length: ellipsis }, (_, i) => `.${ellipsis - 1 - i}`);
  return [...before!, ...dots, ...(after ?? '')];
}

/**
 * The dimensions of an operand, or of the result, as numbers from 0 to 51; '...' stands for the dimensions not listed.
 */
export type Sublist = readonly (number | '...')[];

function expectSublist(sublist: Sublist): Sublist {
  if (Array.isArray(sublist)) return sublist;
  throw new ArgumentError(`einsum: expected the numbers of dimensions in a list, but got ${kindOf(sublist)}`);
}

/** The letter for each number, in PyTorch's order: capitals first. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const lettersOf = (sublist: Sublist): string =>
  expectSublist(sublist)
    .map((label) => {
      const letter = label === ELLIPSIS ? ELLIPSIS : LETTERS[label];
      if (!letter) throw new ArgumentError(`einsum: expected numbers from 0 to 51 or '...', but got ${label}`);
      return letter;
    })
    .join('');

/** Turns operands, each followed by its sublist, and the result's sublist, if given, into an equation. */
function fromSublists(args: readonly (Tensor | Sublist)[]): [equation: string, ...operands: Tensor[]] {
  const result = args.length % 2 === 1 ? `->${lettersOf(args.at(-1) as Sublist)}` : '';
  const pairs = Array.from({ length: Math.floor(args.length / 2) }, (_, i) => args.slice(2 * i, 2 * i + 2));
  const equation = pairs.map(([, sublist]) => lettersOf(sublist as Sublist)).join(',') + result;
  return [equation, ...pairs.map(([x]) => x as Tensor)];
}

/**
 * Sums of products over named dimensions: `einsum('bij,bjk->bik', a, b)` is a batched matrix product. A letter that
 * occurs twice in a term takes the diagonal. Letters missing from the result are summed over. Without `->`, the result
 * has the letters that occur once, in alphabetical order. Numbers can be used instead of letters: `einsum(a, [0, 1], b,
 * [1, 2], [0, 2])`.
 */
export const einsum = checked('einsum(...)', einsumOf);

function einsumOf(equation: string, ...operands: readonly Tensor[] | [readonly Tensor[]]): Tensor;
function einsumOf(
  /** The first operand. */ operand: Tensor,
  /** The dimensions of the first operand, as numbers. */ sublist: Sublist,
  /** Further operands, each with its dimensions. */ ...more: readonly (Tensor | Sublist)[]
): Tensor;
function einsumOf(first: string | Tensor, ...others: readonly (Tensor | readonly Tensor[] | Sublist)[]): Tensor {
  if (typeof first !== 'string' && !(first instanceof TensorBase)) {
    throw new ArgumentError(`einsum: expected an equation or a tensor, but got ${kindOf(first)}`);
  }
  if (typeof first !== 'string') return einsum(...fromSublists([first, ...(others as readonly (Tensor | Sublist)[])]));
  const equation = first;
  const tensors = (Array.isArray(others[0]) ? others[0] : others) as readonly Tensor[];
  const [left, right, ...more] = equation.replaceAll(' ', '').split('->');
  const terms = left!.split(',');
  const stray = tensors.find((x) => !(x instanceof TensorBase));
  if (stray !== undefined) throw new ArgumentError(`einsum: expected tensors, but got ${kindOf(stray)}`);
  if (more.length > 0 || terms.length !== tensors.length) {
    throw new ArgumentError(
      `einsum: expected as many terms as tensors and at most one '->', but got '${equation}' for ${tensors.length} tensors`,
    );
  }
  const ellipsis = terms.map((term, i) =>
    term.includes(ELLIPSIS) ? tensors[i]!.shape.length - (term.length - ELLIPSIS.length) : 0,
  );
  const labelled = terms.map((term, i): Labelled => {
    const labels = labelsOf(equation, term, Math.max(ellipsis[i]!, 0));
    if (labels.length !== tensors[i]!.shape.length) {
      throw new ShapeError(
        `einsum: expected ${labels.length} dimensions for '${term}', but got shape ${showShape(tensors[i]!.shape)}`,
      );
    }
    return { x: tensors[i]!, labels };
  });
  const all = labelled.flatMap(({ labels }) => labels);
  const dots = Math.max(0, ...ellipsis);
  const result =
    right === undefined
      ? [
          ...labelsOf(equation, ELLIPSIS, dots),
          ...new Set(all.filter((l) => l[0] !== '.' && all.indexOf(l) === all.lastIndexOf(l)).sort()),
        ]
      : labelsOf(equation, right, dots);
  const unknown = result.find((label, i) => !all.includes(label) || result.indexOf(label) !== i);
  if (unknown !== undefined) {
    throw new ArgumentError(`einsum: expected each letter of the result once, from the terms, but got '${equation}'`);
  }
  const [start, ...rest] = alike(labelled.map(diagonals));
  const joined = rest.reduce((a, b, i) => {
    const later = rest.slice(i + 1).flatMap(({ labels }) => labels);
    return contract(a, b, new Set([...result, ...later]));
  }, start!);
  const { x, labels } = summed(joined, new Set(result));
  return x.permute(result.map((label) => labels.indexOf(label)));
}

/** Takes the diagonal for each letter that occurs twice in a term, so that every letter occurs once. */
function diagonals({ x, labels }: Labelled): Labelled {
  const twice = labels.findIndex((label, i) => labels.indexOf(label) !== i);
  if (twice < 0) return { x, labels };
  const label = labels[twice]!;
  const other = labels.indexOf(label);
  if (x.shape[other] !== x.shape[twice]) {
    throw new ShapeError(
      `einsum: expected equal sizes for '${label}' within one term, but got ${x.shape[other]} and ${x.shape[twice]}`,
    );
  }
  const remaining = labels.filter((_, d) => d !== other && d !== twice);
  return diagonals({ x: x.diagonal(0, other, twice), labels: [...remaining, label] });
}

/** Expands dimensions of size 1 to the size that their letter has in other operands. */
function alike(operands: readonly Labelled[]): Labelled[] {
  const sizes = new Map<string, number>();
  for (const { x, labels } of operands) {
    for (const [d, label] of labels.entries()) {
      const known = sizes.get(label) ?? 1;
      const size = x.shape[d]!;
      if (known !== 1 && size !== 1 && size !== known) {
        throw new ShapeError(`einsum: expected one size for '${label}', but got ${known} and ${size}`);
      }
      sizes.set(label, known === 1 ? size : known);
    }
  }
  return operands.map(({ x, labels }) => ({ x: x.expand(labels.map((label) => sizes.get(label)!)), labels }));
}

/** Sums over the letters that are not in `keep`. */
function summed({ x, labels }: Labelled, keep: ReadonlySet<string>): Labelled {
  const dims = labels.flatMap((label, d) => (keep.has(label) ? [] : [d]));
  return dims.length === 0 ? { x, labels } : { x: x.sum(dims), labels: labels.filter((label) => keep.has(label)) };
}

/** The product of two operands, summed over the letters that neither the result nor a later operand needs. */
function contract(left: Labelled, right: Labelled, keep: ReadonlySet<string>): Labelled {
  const a = summed(left, new Set([...keep, ...right.labels]));
  const b = summed(right, new Set([...keep, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => keep.has(label));
  const inner = shared.filter((label) => !keep.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const cols = b.labels.filter((label) => !shared.includes(label));
  const sizeIn =
    ({ x, labels }: Labelled) =>
    (label: string) =>
      x.shape[labels.indexOf(label)]!;
  const count = (operand: Labelled, labels: readonly string[]) =>
    labels.map(sizeIn(operand)).reduce((product, size) => product * size, 1);
  const laid = (operand: Labelled, ...groups: (readonly string[])[]) =>
    operand.x
      .permute(groups.flat().map((label) => operand.labels.indexOf(label)))
      .reshape(groups.map((labels) => count(operand, labels)));
  const product = laid(a, batch, rows, inner).matmul(laid(b, batch, inner, cols));
  const labels = [...batch, ...rows, ...cols];
  const shape = [...[...batch, ...rows].map(sizeIn(a)), ...cols.map(sizeIn(b))];
  return { x: product.reshape(shape), labels };
}
