// Owns what the calls of metrics may take.
import type { Rules } from '.';

export const metrics: Rules = {
  doors: ['metrics'],
  reasons: [
    {
      why: 'the state of a list begins empty, and has a name',
      calls: /^metrics\.\w+\.addState (initial|name|key)$/,
      takes: ['[]', "'foo'"],
    },
    { why: 'what a metric may come to, which is drawn as nothing', calls: /\.plot val$/, takes: ['NaN'] },
    {
      why: 'the name of the attribute, where there is no other for the state dict',
      calls: /^metrics\.\w+\.addState key$/,
      takes: ["''"],
    },
    { why: 'left out, as in torchmetrics', calls: /^metrics\.\w+\.addState distReduceFx$/, takes: ['null'] },
    {
      why: 'guessed from the pictures, as in torchmetrics',
      calls: /(StructuralSimilarityIndexMeasure|structuralSimilarityIndexMeasure) dataRange$/i,
      takes: ['null'],
    },
    {
      why: 'any text before and after the names in results, or none',
      calls: /^metrics\.MetricCollection(\.clone)? (prefix|postfix)$/,
      takes: ['null', "''", "'foo'"],
    },
    { why: 'no metric has this name', calls: /^metrics\.MetricCollection\.has name$/, takes: ["''", "'foo'"] },
    {
      why: 'metrics to come, as in torchmetrics; an object holds them by name',
      calls: /^metrics\.MetricCollection(\.addMetrics)? (metrics|without metrics)$/,
      takes: ['{}', '[]', ''],
    },
    {
      why: 'the figure may be on its way, and is that of all batches where none is given',
      calls: /^metrics\.\w+\.plot val$/,
      takes: ['null', 'promise'],
    },
    {
      why: 'it has a default, and is given as what stands behind it goes by place',
      calls: /^metrics\.ExactMatch without threshold$/,
      takes: [''],
    },
    {
      why: 'JavaScript itself calls it, and nobody else would give it anything',
      calls: /^metrics\.\w+\.toString (misspelt|one too many|two too many)$/,
      takes: [''],
    },
  ],
};
