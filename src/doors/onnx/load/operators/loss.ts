// Classification losses: negative log-likelihood, and cross entropy of logits.
import { nn, ones, type Tensor } from '../../../../torch';
import type { Call, Operator, Operators } from '../call';

/** −weight[target] · log p[target]: per element, summed, or averaged with the weights. Shapes: [N, C, …] and [N, …]. */
function likelihood(call: Call, logs: Tensor, target: Tensor, weight: Tensor | null): Tensor {
  const [n, c] = [logs.shape[0]!, logs.shape[1]!];
  const flat = logs.reshape([n, c, -1]);
  const classes = target.to('int64').reshape([n, -1]);
  const ignored = call.node.attributes.find(({ name }) => name === 'ignore_index')?.i ?? null;
  const counts = ignored === null ? null : classes.ne(ignored);
  const within = counts ? classes.mul(counts.to('int64')) : classes;
  const picked = flat.gather(1, within.unsqueeze(1)).squeeze(1).neg();
  const given = weight ? weight.indexSelect(0, within.reshape([-1])).reshape(within.shape) : ones([...within.shape]);
  const weights = (counts ? given.mul(counts.to(given.dtype)) : given).to(picked.dtype);
  const losses = picked.mul(weights);
  const reduction = call.text('reduction', 'mean');
  if (reduction === 'none') return losses.reshape(target.shape);
  if (reduction === 'sum') return losses.sum();
  return losses.sum().div(weights.sum());
}

const NegativeLogLikelihoodLoss: Operator = (call) =>
  likelihood(call, call.tensor(0), call.tensor(1), call.optionalTensor(2));

/** The loss, and if asked for, the log-probabilities. */
const SoftmaxCrossEntropyLoss: Operator = (call) => {
  const x = call.tensor(0);
  const [n, c] = [x.shape[0]!, x.shape[1]!];
  const logs = nn.functional.logSoftmax(x.reshape([n, c, -1]), { dim: 1 });
  return [likelihood(call, logs, call.tensor(1), call.optionalTensor(2)), logs.reshape(x.shape)];
};

export const losses: Operators = { NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss };
