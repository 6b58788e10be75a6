// Owns what the calls of data may take, and how many of them still go against the rule.
import type { Rules } from '.';

export const data: Rules = {
  ceilings: {
    data: { unnamed: 17, misspelt: 22, many: 46, promise: 4, valid: 10, fewer: 2, taken: 2 },
  },
  reasons: [
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
      calls: /^data\.defaultConvert item$/,
      takes: ['null', 'NaN', "''", "'foo'", '{}', '[]', 'true', '-1', '1.5', '1e12', 'dtype', 'promise'],
    },
  ],
};
