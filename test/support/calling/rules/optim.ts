// Owns what the calls of optim may take.
import type { Rules } from '.';

export const optim: Rules = {
  doors: ['optim'],
  reasons: [
    {
      why: 'the state of a scheduler is one of its kind, which is walked on the first of them',
      calls: /^optim\.lrScheduler\.\w+\.loadStateDict valid$/,
      takes: [''],
    },
    { why: 'the rate of the optimizer by default', calls: /^optim\.\w+ lr$/, takes: ['null'] },
    { why: 'that of the first scheduler', calls: /^optim\.lrScheduler\.ChainedScheduler optimizer$/, takes: ['null'] },
    {
      why: 'a metric that has become NaN is no improvement',
      calls: /ReduceLROnPlateau\.step metrics$/,
      takes: ['NaN'],
    },
    { why: 'so long that it does not end', calls: /^optim\.lrScheduler\.\w+ (t0|stepSize)$/, takes: ['1e12'] },
    { why: 'a tensor gives its rows as batches', calls: /updateBn loader$/, takes: ['dtype'] },
  ],
};
