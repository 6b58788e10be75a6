// Owns arguments that work behind the door of data.
import { data, ones } from 'lamplight';

const rows = () => new data.TensorDataset(ones(4, 2));

/** Of one function: all its arguments by place, or some by name, required ones. */
export const givenToData: Readonly<Record<string, readonly unknown[] | Readonly<Record<string, unknown>>>> = {
  'data.ChainDataset': { datasets: () => [] },
  'data.ConcatDataset': { datasets: () => [rows(), rows()] },
  'data.TensorDataset': [() => ones(4, 2)],
  'data.StackDataset': [rows, rows],
  'data.Subset': { dataset: rows, indices: [0, 2] },
  'data.RandomSampler': { dataSource: rows },
  'data.SequentialSampler': { dataSource: rows },
  'data.SubsetRandomSampler': { indices: [0, 2] },
  'data.WeightedRandomSampler': { weights: [0.5, 1], numSamples: 2 },
  'data.defaultCollate': { batch: [1, 2] },
  'data.randomSplit': { dataset: rows, lengths: [3, 1] },
  'data.readCsv': { source: () => new Blob(['a,b\n1,2\n']) },
  'data.ConcatDataset.get': { index: 1 },
  'data.StackDataset.get': { index: 1 },
  'data.Subset.get': { index: 1 },
  'data.TensorDataset.get': { index: 1 },
  'data.ConcatDataset.getBatch': { indices: [0] },
  'data.ConcatDataset.getItems': { indices: [0] },
  'data.StackDataset.getBatch': { indices: [0] },
  'data.StackDataset.getItems': { indices: [0] },
  'data.Subset.getBatch': { indices: [0] },
  'data.Subset.getItems': { indices: [0] },
  'data.TensorDataset.getBatch': { indices: [0] },
  'data.ConcatDataset.add': { other: rows },
  'data.ChainDataset.add': { other: () => new data.ChainDataset([]) },
  'data.DataLoader.withSampler': { sampler: [0, 1] },
  'data.DataLoader.loadStateDict': { stateDict: () => new data.DataLoader(rows()).stateDict() },
};
