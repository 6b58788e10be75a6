// Expands the options of attribution methods for batches in which every example is repeated.
import { randint, Tensor } from '../../../torch';
import {
  expandArguments,
  expectBaselines,
  expectDistribution,
  interleaved,
  listArguments,
  listBaselines,
} from './arguments';
import { TargetRows } from './target';

/**
 * The options of a method for a batch in which every row is repeated `count` times in a row. With `draws`, each row
 * gets a baseline drawn at random from those given.
 */
export function expandOptions(
  op: string,
  options: Readonly<Record<string, unknown>>,
  inputs: readonly Tensor[],
  count: number,
  draws: boolean,
): Record<string, unknown> {
  const expanded = { ...options };
  const examples = inputs[0]!.shape[0]!;
  const rows = (x: Tensor): Tensor => interleaved(x, count);
  // A number applies to all rows, so it stays a number: a user's own method must not receive a TargetRows in its place.
  if ('target' in options && typeof options.target !== 'number') {
    expanded.target = TargetRows.of(op, options.target).interleaved(count, examples);
  }
  if ('additionalForwardArgs' in options) {
    expanded.additionalForwardArgs = expandArguments(listArguments(options.additionalForwardArgs), rows);
  }
  const { baselines, featureMask } = options;
  if (baselines !== null && baselines !== undefined) {
    const list = listBaselines(op, baselines, inputs);
    if (draws) expectDistribution(op, list, inputs);
    else expectBaselines(op, list, inputs);
    const each = list.map((baseline) => {
      if (!(baseline instanceof Tensor)) return baseline;
      if (draws) return baseline.detach().indexSelect(0, randint(0, baseline.shape[0]!, [examples * count]));
      return baseline.shape[0] === examples && examples > 1 ? rows(baseline) : baseline;
    });
    expanded.baselines = Array.isArray(baselines) ? each : each[0];
  }
  if (featureMask !== null && featureMask !== undefined) {
    const masks = (Array.isArray(featureMask) ? featureMask : [featureMask]) as readonly Tensor[];
    const each = masks.map((mask, i) => {
      const isOfExamples =
        mask instanceof Tensor && mask.shape.length === inputs[i]?.shape.length && mask.shape[0]! > 1;
      return isOfExamples ? rows(mask) : mask;
    });
    expanded.featureMask = Array.isArray(featureMask) ? each : each[0];
  }
  return expanded;
}
