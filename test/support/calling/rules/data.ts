// Owns what the calls of data may take.
import type { Rules } from '.';

export const data: Rules = {
  doors: ['data'],
  reasons: [
    {
      why: 'any number of data sets or of tensors, in a row; names are those of parts, as in PyTorch',
      calls: /^data\.((StackDataset|TensorDataset) unnamed|StackDataset one missing)$/,
      takes: [''],
    },
    {
      why: 'an object with names is an item, too, and stays one',
      calls: /^data\.defaultConvert without data$/,
      takes: [''],
    },
    {
      why: 'one pass over all items, or as many draws as are asked for',
      calls: /^data\.(Weighted)?RandomSampler numSamples$/,
      takes: ['null', '1e12'],
    },
    { why: 'an address or a path, which may be any text', calls: /^data\.readCsv source$/, takes: ["''", "'foo'"] },
    {
      why: 'told from the file, or none',
      calls: /^data\.readCsv (delimiter|columns|dtypes|comment)$/,
      takes: ['null'],
    },
    {
      why: 'letters that may stand between fields or before a comment',
      calls: /^data\.readCsv (delimiter|comment)$/,
      takes: ["'foo'"],
    },
    { why: 'all rows', calls: /^data\.readCsv maxRows$/, takes: ['null'] },
    { why: 'no type for any column', calls: /^data\.readCsv dtypes$/, takes: ['{}'] },
    { why: 'one batch, where the data set has no more', calls: / batchSize$/, takes: ['1e12'] },
    {
      why: 'no batches: items come by themselves, as in PyTorch',
      calls: /^data\.DataLoader batchSize$/,
      takes: ['null'],
    },
    {
      why: 'left out, as in PyTorch',
      calls:
        /^data\.DataLoader(\.withSampler)? (shuffle|sampler|batchSampler|collateFn|multiprocessingContext|prefetchFactor|worker|workerInitFn)$/,
      takes: ['null'],
    },
    { why: 'the device that there is', calls: /^data\.DataLoader pinMemoryDevice$/, takes: ["''"] },
    {
      why: 'a list is a data set, and an empty one has no items',
      calls: / (dataset|datasets|dataSource|other|indices|sampler|batchSampler)$/,
      takes: ['[]'],
    },
    {
      why: 'a tensor is a data set of its rows',
      calls: / (dataset|datasets|dataSource|indices|sampler|batchSampler)$/,
      takes: ['dtype'],
    },
    {
      why: 'what has no form of its own as a tensor stays as it is, as in PyTorch',
      calls: /^data\.defaultConvert data$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype'],
    },
  ],
};
