// EinMix, einops' linear layer over any axes.

import { ArgumentError, einsum, nn, noGrad, type Tensor, zeros } from '../../torch';
import { UnaryLayer } from '../../torch/inside';
import { Letters } from './einsum';
import { described } from './layers';
import {
  type Axis,
  ELLIPSIS,
  type Expression,
  hasEllipsis,
  listed,
  namesIn,
  parseExpression,
  sidesOf,
} from './pattern';
import type { AxesLengths } from './plan';
import { arrange, matched, textOf } from './rearrange';

interface EinMixOptions {
  /** The axes of the weight. Their sizes must be given. */
  weightShape: string;
  /** The axes of the result along which the bias varies. Default: no bias. */
  biasShape?: string | null;
  [axis: string]: unknown;
}

/**
 * An einsum with a weight that the layer owns; dimensions are split and joined as by `rearrange`:
 *
 *     const shapes = { weightShape: 'head cin cout', biasShape: 'head cout' };
 *     new EinMix('b t (head cin) -> b t (head cout)', { ...shapes, head: 4, cin: 8, cout: 8 });
 *
 * The weight is initialised from U(−√(3 / n), √(3 / n)) and the bias from U(−√(1 / n), √(1 / n)), where n is the number
 * of terms in the sum of each result.
 */
export class EinMix extends UnaryLayer {
  readonly pattern: string;
  readonly weightShape: string;
  readonly biasShape: string | null;
  readonly axesLengths: AxesLengths;
  weight: nn.Parameter;
  bias: nn.Parameter | null;
  readonly #equation: string;
  readonly #split: string | null;
  readonly #join: string | null;
  readonly #splitLengths: AxesLengths;

  constructor(
    ...args:
      | [pattern: string, options: EinMixOptions]
      | [pattern: string, weightShape: string, options?: Record<string, unknown>]
      | [
          pattern: string,
          weightShape: string,
          biasShape: string | null,
          /** Sizes of axes, by their names. */ axesLengths?: AxesLengths,
        ]
      | [
          named: EinMixOptions & {
            /** The shapes before and after, in words. */
            pattern: string;
          },
        ]
  ) {
    super();
    const o = optionsOf(args);
    this.pattern = o.pattern;
    this.weightShape = o.weightShape;
    this.biasShape = o.biasShape;
    this.axesLengths = o.lengths;
    const [from, to] = sidesOf('EinMix', o.pattern) as [string, string];
    const [left, right] = [parseExpression('EinMix', from), parseExpression('EinMix', to)];
    const weight = parseExpression('EinMix', o.weightShape);
    checkMix(o, left, right, weight);
    const sizeOf = (axis: Axis) => o.lengths[axis.name]!;
    const kept = new Set(namesIn(right));
    const axes = weight.groups.flat();
    const count = axes.filter(({ name }) => !kept.has(name)).reduce((n, axis) => n * sizeOf(axis), 1);
    this.weight = uniform(axes.map(sizeOf), Math.sqrt(3 / count));
    this.bias = o.biasShape === null ? null : uniform(biasSizes(o, right), Math.sqrt(1 / count));
    const letters = new Letters('EinMix');
    const equation = (side: Expression) => letters.equation(namesIn(side));
    this.#equation = `${equation(left)},${equation(weight)}->${equation(right)}`;
    const input = new Set(namesIn(left));
    this.#splitLengths = Object.fromEntries(Object.entries(o.lengths).filter(([name]) => input.has(name)));
    const flat = (side: Expression) => namesIn(side).join(' ');
    const isFlat = ({ groups, joinsEllipsis }: Expression) =>
      !joinsEllipsis && groups.every((group) => group.length === 1);
    this.#split = isFlat(left) ? null : `${from} -> ${flat(left)}`;
    this.#join = isFlat(right) ? null : `${flat(right)} -> ${to}`;
  }

  forward(input: Tensor): Tensor {
    const split =
      this.#split === null ? input : arrange('EinMix', 'rearrange', input, this.#split, null, this.#splitLengths);
    let y = einsum(this.#equation, split, this.weight);
    if (this.bias) y = y.add(this.bias);
    return this.#join === null ? y : arrange('EinMix', 'rearrange', y, this.#join, null, {});
  }

  override extraRepr(): string {
    const texts = [this.pattern, this.weightShape, ...(this.biasShape === null ? [] : [this.biasShape])];
    return described(texts, this.axesLengths);
  }
}

interface Options {
  readonly pattern: string;
  readonly weightShape: string;
  readonly biasShape: string | null;
  readonly lengths: AxesLengths;
}

function optionsOf(args: readonly unknown[]): Options {
  const { values, lengths } = matched('EinMix', ['pattern', 'weightShape'], args, ['biasShape']);
  const { pattern, weightShape, biasShape = null } = values;
  return {
    pattern: textOf('EinMix', pattern),
    weightShape: textOf('EinMix', weightShape, 'weightShape'),
    biasShape: biasShape === null ? null : textOf('EinMix', biasShape, 'biasShape'),
    lengths,
  };
}

function checkMix(
  { pattern, weightShape, lengths }: Options,
  left: Expression,
  right: Expression,
  weight: Expression,
): void {
  const fail = (why: string) => new ArgumentError(`EinMix: ${why} in '${pattern}' with the weight '${weightShape}'`);
  const [from, to, by] = [left, right, weight].map(namesIn) as [string[], string[], string[]];
  const expectNone = (names: readonly string[], why: string) => {
    if (names.length > 0) throw fail(`${why} ${listed(names)}`);
  };
  if (hasEllipsis(weight)) throw fail('expected all axes of the weight by name, but got ...');
  if (hasEllipsis(left) !== hasEllipsis(right)) throw fail('expected ... on both sides or on none');
  if (left.joinsEllipsis) throw fail('expected no ... within parentheses on the left');
  if ([left, right, weight].some(({ groups }) => groups.flat().some(({ size }) => size !== null))) {
    throw fail('expected names of axes, but got numbers');
  }
  if (weight.groups.some((group) => group.length !== 1)) throw fail('expected no parentheses in the weight');
  expectNone(
    to.filter((name) => !from.includes(name) && !by.includes(name)),
    'expected the input or the weight to have',
  );
  expectNone(
    by.filter((name) => !Object.hasOwn(lengths, name)),
    'expected the sizes of',
  );
  expectNone(
    Object.keys(lengths).filter((name) => !from.includes(name) && !by.includes(name)),
    'got sizes for what is no axis:',
  );
  expectNone(
    by.filter((name) => !from.includes(name) && !to.includes(name)),
    'expected the input or the result to have',
  );
}

/** The shape of the bias before dimensions are joined: size 1 along axes that the bias does not have. */
function biasSizes({ biasShape, lengths, pattern }: Options, right: Expression): number[] {
  const names = namesIn(parseExpression('EinMix', biasShape!));
  const axes = namesIn(right);
  const stray = names.filter((name) => !axes.includes(name) || !Object.hasOwn(lengths, name));
  if (stray.length > 0) {
    throw new ArgumentError(
      `EinMix: expected the axes of the bias in the result, with their sizes, but got ${listed(stray)} for '${pattern}'`,
    );
  }
  const at = axes.indexOf(ELLIPSIS);
  if (axes.slice(0, Math.max(at, 0)).some((name) => names.includes(name))) {
    throw new ArgumentError(`EinMix: expected all axes of the bias behind ... in '${pattern}'`);
  }
  return axes.filter((name) => name !== ELLIPSIS).map((name) => (names.includes(name) ? lengths[name]! : 1));
}

const uniform = (shape: readonly number[], bound: number): nn.Parameter =>
  new nn.Parameter(noGrad(() => zeros([...shape]).uniform_(-bound, bound)));
