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
