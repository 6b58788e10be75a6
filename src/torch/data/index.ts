// The public surface of `data`: data sets, samplers and the loader.
export { type Collated, defaultCollate } from './collate';
export { type ColumnType, type CsvOptions, CsvTable, readCsv, type TableParts } from './csv';
export { ChainDataset, ConcatDataset, type DataSource, Dataset, type Items, IterableDataset } from './dataset';
export { type Converted, defaultConvert } from './fetch';
export { DataLoader, type DataLoaderOptions, type ItemLoaderOptions } from './loader';
export type { LoaderState, Stateful } from './loader-state';
export {
  BatchSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
  type Sized,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from './sampler';
export { StackDataset } from './stack-dataset';
export { randomSplit, Subset } from './subset';
export { TensorDataset } from './tensor-dataset';
export type { WorkerCopy } from './worker/copy';
export { getWorkerInfo, type WorkerInfo } from './worker/info';
export type { WorkerOptions } from './worker/options';
export { type Servable, type ServeOptions, serve } from './worker/serve';
export type { WorkerLike } from './worker/thread';
