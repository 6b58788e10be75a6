// The public surface of `data`: data sets, samplers and the loader.
export { type Collated, defaultCollate } from './collate';
export { type DataSource, Dataset } from './dataset';
export { DataLoader, type DataLoaderOptions } from './loader';
export {
  BatchSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
  type Sized,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from './sampler';
export { randomSplit, Subset } from './subset';
export { TensorDataset } from './tensor-dataset';
export type { WorkerCopy } from './worker/copy';
export { getWorkerInfo, type WorkerInfo } from './worker/info';
export type { WorkerOptions } from './worker/options';
export { type Servable, type ServeOptions, serve } from './worker/serve';
export type { WorkerLike } from './worker/thread';
