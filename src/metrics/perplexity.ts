// Owns perplexity: how surprised a language model is, per token.

import { DTypeError, ShapeError } from '../core/errors';
import { showShape } from '../core/meta';
import { type Arguments, parseArgs } from '../core/options';
import { full } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { expectTensors, expectWhole, isFloating, label, labelsOf } from './classification/arguments';
import { functional } from './classification/task';
import { type Parts, Summed } from './summed';

interface PerplexityArguments {
  /** Tokens that do not count; default null. */
  ignoreIndex?: number | null;
}

type PerplexityParts = 'totalLogProbs' | 'count';

/** exp(−mean log p) of logits [N, S, V] and tokens [N, S]. */
export class Perplexity extends Summed<PerplexityParts> {
  override higherIsBetter: boolean | null = false;
  override isDifferentiable: boolean | null = true;
  override plotLowerBound: number | null = 0;
  readonly ignoreIndex: number | null;

  constructor(...args: Arguments<PerplexityArguments, ['ignoreIndex']>) {
    super();
    const name = this.constructor.name;
    const o = parseArgs<PerplexityArguments>(name, [], { ignoreIndex: null }, args);
    this.ignoreIndex = label(name, 'ignoreIndex', o.ignoreIndex);
    this.addSums({ totalLogProbs: { key: 'total_log_probs' }, count: { key: 'count' } });
  }

  protected parts(preds: Tensor, target: Tensor): Parts<PerplexityParts> {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    const [p, t] = [preds.shape, target.shape];
    if (p.length !== 3 || t.length !== 2 || p[0] !== t[0] || p[1] !== t[1]) {
      throw new ShapeError(
        `${name}: expected preds [N, S, V] and target [N, S], but got ${showShape(p)} and ${showShape(t)}`,
      );
    }
    if (!isFloating(preds)) throw new DTypeError(`${name}: expected preds of floats, but got dtype ${preds.dtype}`);
    expectWhole(name, 'target', target);
    const { ignoreIndex } = this;
    const tokens = labelsOf(name, target, p[2]!, ignoreIndex).reshape(-1);
    const logs = preds.float().reshape(-1, p[2]!).logSoftmax(1);
    const own = logs.gather(1, tokens.clamp(0).unsqueeze(1)).squeeze(1).neg();
    if (ignoreIndex === null) {
      return { totalLogProbs: own.sum(), count: full([], own.numel(), { dtype: 'float32' }) };
    }
    const isCounted = tokens.ge(0);
    return { totalLogProbs: own.maskedFill(isCounted.logicalNot(), 0).sum(), count: isCounted.sum().float() };
  }

  protected figureOf({ totalLogProbs, count }: Parts<PerplexityParts>): Tensor {
    return totalLogProbs.div(count).exp();
  }
}

/** `Perplexity` of one batch. */
export const perplexity = functional('perplexity', (o: PerplexityArguments) => new Perplexity(o), [
  'ignoreIndex',
] as const);
