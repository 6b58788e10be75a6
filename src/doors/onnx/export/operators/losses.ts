// Losses that are operations of their own.
import type { OpAttrs } from '../../../../torch/inside';
import type { Wire } from '../builder';
import type { Site, Translator, Translators } from '../site';

/** Whether the loss takes the mean. The variants for mean and sum differ in the values that their gradients read. */
const reducesToMean = ({ node: { op } }: Site): boolean => op.saves?.outputs?.length === 3;

const crossEntropy: Translator = (site) => {
  const { ignoreIndex, weighted } = site.attrs<OpAttrs['crossEntropy']>();
  const { outputs } = site.node;
  if (outputs.slice(1).some((y) => site.context.uses(y) > 0)) site.fail('gives more than its loss, as for a gradient');
  const reduction = outputs.length < 4 ? 'none' : reducesToMean(site) ? 'mean' : 'sum';
  const labels = site.builder.cast(site.in(1), 'int64');
  const inputs = weighted ? [site.in(0), labels, site.in(2)] : [site.in(0), labels];
  const loss = site.op('SoftmaxCrossEntropyLoss', inputs, { ignore_index: ignoreIndex, reduction });
  return [loss, ...outputs.slice(1).map(() => null)];
};

/** −w_t x_t for the label t of each row of x, and w_t; both are 0 for ignored rows. */
const nllLoss: Translator = (site) => {
  const { ignoreIndex, weighted } = site.attrs<OpAttrs['crossEntropy']>();
  const labels = site.builder.cast(site.in(1), 'int64');
  const zero = site.scalar(0);
  const isIgnored = site.op('Equal', [labels, site.scalar(ignoreIndex, 'int64')], {}, 'bool');
  const safe = site.op('Where', [isIgnored, site.scalar(0, 'int64'), labels], {}, 'int64');
  const column = site.op('Unsqueeze', [safe, site.builder.ints([1])]);
  const picked = site.op('GatherElements', [site.in(0), column], { axis: 1 });
  const chosen = site.op('Squeeze', [picked, site.builder.ints([1])]);
  const weight = weighted ? site.op('Gather', [site.in(2), safe], { axis: 0 }) : site.scalar(1);
  const share = site.op('Where', [isIgnored, zero, weight], {}, 'float32');
  return [site.op('Neg', [site.op('Mul', [chosen, share])]), share];
};

/** −(t max(ln x, −100) + (1 − t) max(ln(1 − x), −100)) */
const binaryCrossEntropy: Translator = (site) => {
  const [x, t] = [site.in(0), site.in(1)];
  const one = site.scalar(1);
  const log = (p: Wire): Wire => site.op('Max', [site.op('Log', [p]), site.scalar(-100)]);
  const negative = site.op('Mul', [site.op('Sub', [t, one]), log(site.op('Sub', [one, x]))]);
  return site.op('Sub', [negative, site.op('Mul', [t, log(x)])]);
};

export const losses: Translators = { crossEntropy, nllLoss, binaryCrossEntropy };
