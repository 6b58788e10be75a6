// The surface of `lamplight/tensorboard`: PyTorch's torch.utils.tensorboard.
export type { Bins } from './histogram';
export type { HparamValue } from './summaries';
export { type ScalarValue, SummaryWriter, type Values } from './writer';
