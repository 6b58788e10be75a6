// Perplexity: how surprised a language model is, per token.

import { DTypeError, full, ShapeError } from '../../torch';
import { kinds, showShape } from '../../torch/inside';
import { expectTensors, expectWhole, isFloating, labelsOf } from './classification/arguments';
import { metric, ofBatch } from './gathering';

export interface TokenOptions {
  /** Tokens that do not count; default null. */
  ignoreIndex?: number | null;
}

/** exp(−mean log p) of logits [N, S, V] and tokens [N, S]. */
export class Perplexity extends metric<TokenOptions>({
  defaults: { ignoreIndex: null },
  checks: { ignoreIndex: kinds.orNull(kinds.integer) },
})({
  traits: { higherIsBetter: false, isDifferentiable: true, plotLowerBound: 0 },
  order: ['ignoreIndex'],
  states: { totalLogProbs: { key: 'total_log_probs' }, count: {} },
  parts(m, preds, target) {
    const { name } = m.constructor;
    expectTensors(name, preds, target);
    const [p, t] = [preds.shape, target.shape];
    if (p.length !== 3 || t.length !== 2 || p[0] !== t[0] || p[1] !== t[1]) {
      throw new ShapeError(
        `${name}: expected preds [N, S, V] and target [N, S], but got ${showShape(p)} and ${showShape(t)}`,
      );
    }
    if (!isFloating(preds)) throw new DTypeError(`${name}: expected preds of floats, but got dtype ${preds.dtype}`);
    expectWhole(name, 'target', target);
    const { ignoreIndex } = m;
    const tokens = labelsOf(name, target, p[2]!, ignoreIndex).reshape(-1);
    const logs = preds.float().reshape(-1, p[2]!).logSoftmax(1);
    const own = logs.gather(1, tokens.clamp(0).unsqueeze(1)).squeeze(1).neg();
    if (ignoreIndex === null) {
      return { totalLogProbs: own.sum(), count: full([], own.numel(), { dtype: 'float32' }) };
    }
    const isCounted = tokens.ge(0);
    return { totalLogProbs: own.maskedFill(isCounted.logicalNot(), 0).sum(), count: isCounted.sum().float() };
  },
  figure: ({ totalLogProbs, count }) => totalLogProbs.div(count).exp(),
}) {}

/** `Perplexity` of one batch. */
export const perplexity = ofBatch('perplexity', Perplexity);
