// The exports of `lamplight/tensorboard`: the API of PyTorch's torch.utils.tensorboard.
export type { ChartLayout, ScalarLayout } from './calls/curves';
export type { Bins } from './histogram';
export type { HparamValue } from './hparam-summaries';
export type { Label } from './projector';
export type { ScalarValue, Values } from './values';
export { SummaryWriter } from './writer';
