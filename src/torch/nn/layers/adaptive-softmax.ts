// AdaptiveLogSoftmaxWithLoss: a softmax over many classes, where rare classes form clusters with fewer features.

import { listOf, number } from '../../../engine/core/argument-kinds';
import { ArgumentError, ShapeError } from '../../../engine/core/errors';
import { type Arguments, expectKind, parseArgs } from '../../../engine/core/options';
import { labelsWithin } from '../../../engine/ops/indexing/indexing';
import { type NamedResults, namedResults } from '../../tensor/calling/named-results';
import { tensor } from '../../tensor/calling/tensor-kinds';
import { zeros } from '../../tensor/creation/creation';
import { cat } from '../../tensor/joining/cat-stack';
import { Tensor } from '../../tensor/tensor';
import { logSoftmax } from '../functional/activation';
import { inputs } from '../module/callable-object';
import { ModuleList, Sequential } from '../module/container';
import { Layer } from './layer';
import { Linear } from './linear';

interface AdaptiveArguments {
  /** Features of the input. */
  inFeatures: number;
  /** The number of classes. */
  nClasses: number;
  /** The index of the first class of each cluster, ascending. */
  cutoffs: readonly number[];
  /** Each further cluster has this many times fewer features, default 4. */
  divValue?: number;
  /** A bias for the head, default false. */
  headBias?: boolean;
}

interface AdaptiveSoftmaxInput {
  input: Tensor;
}

const rowsIn = (op: string, args: readonly unknown[]): Tensor =>
  parseArgs<AdaptiveSoftmaxInput>(op, ['input'], {}, args, { input: tensor }).input;

type AdaptiveSoftmaxOrder = ['inFeatures', 'nClasses', 'cutoffs', 'divValue', 'headBias'];

/**
 * Log probabilities of many classes, the frequent ones first (Grave et al. 2017). The head scores each class before the
 * first cutoff, and each cluster of the others as a whole.
 *
 * Shape: input [N, inFeatures] or [inFeatures], target [N] or [] → [output, loss]: the log probability of each row's
 * target, and the negative mean of these.
 */
export class AdaptiveLogSoftmaxWithLoss extends Layer {
  inFeatures: number;
  nClasses: number;
  cutoffs: readonly number[];
  divValue: number;
  headBias: boolean;
  shortlistSize: number;
  nClusters: number;
  headSize: number;
  head: Linear;
  tail: ModuleList<Sequential>;

  constructor(...args: Arguments<AdaptiveArguments, AdaptiveSoftmaxOrder>) {
    super();
    const required = ['inFeatures', 'nClasses', 'cutoffs'] as const;
    const o = parseArgs<AdaptiveArguments>(
      'AdaptiveLogSoftmaxWithLoss',
      required,
      { divValue: 4, headBias: false },
      args,
      { cutoffs: listOf(number) },
    );
    const ascending = o.cutoffs.every((cutoff, i) => Number.isInteger(cutoff) && cutoff > (o.cutoffs[i - 1] ?? 0));
    if (o.cutoffs.length === 0 || !ascending || o.cutoffs.at(-1)! > o.nClasses - 1) {
      throw new ArgumentError(
        `AdaptiveLogSoftmaxWithLoss: expected cutoffs to be unique, growing integers from 1 to nClasses − 1 = ${o.nClasses - 1}, but got [${o.cutoffs.join(', ')}]`,
      );
    }
    this.inFeatures = o.inFeatures;
    this.nClasses = o.nClasses;
    this.cutoffs = [...o.cutoffs, o.nClasses];
    this.divValue = o.divValue;
    this.headBias = o.headBias;
    this.shortlistSize = this.cutoffs[0]!;
    this.nClusters = this.cutoffs.length - 1;
    this.headSize = this.shortlistSize + this.nClusters;
    this.head = new Linear(o.inFeatures, this.headSize, { bias: o.headBias });
    this.tail = new ModuleList<Sequential>();
    for (let i = 0; i < this.nClusters; i++) {
      const features = Math.floor(o.inFeatures / o.divValue ** (i + 1));
      const classes = this.cutoffs[i + 1]! - this.cutoffs[i]!;
      const [narrow, wide] = [new Linear(o.inFeatures, features, false), new Linear(features, classes, false)];
      this.tail.append(new Sequential(narrow, wide));
    }
  }

  /** Draws new weights. */
  resetParameters(): void {
    this.head.resetParameters();
    for (const cluster of this.tail) for (const layer of cluster) (layer as Linear).resetParameters();
  }

  get [inputs]() {
    return ['input', 'target'] as const;
  }

  forward(input: Tensor, target: Tensor): NamedResults<'output', 'loss'> {
    expectKind('AdaptiveLogSoftmaxWithLoss', 'input', input, tensor);
    expectKind('AdaptiveLogSoftmaxWithLoss', 'target', target, tensor);
    const batched = target.dim() === 1;
    if (
      (!batched && target.dim() !== 0) ||
      input.dim() !== target.dim() + 1 ||
      (batched && input.shape[0] !== target.shape[0])
    ) {
      throw new ShapeError(
        `AdaptiveLogSoftmaxWithLoss: expected input [N, ${this.inFeatures}] with target [N], or without N, but got [${input.shape.join(', ')}] and [${target.shape.join(', ')}]`,
      );
    }
    const rows = batched ? input : input.unsqueeze(0);
    const given = (batched ? target : target.unsqueeze(0)).to('int64').unsqueeze(1);
    const labels = Tensor.of(labelsWithin('AdaptiveLogSoftmaxWithLoss', given.value, this.nClasses));
    const head = logSoftmax(this.head(rows), 1);
    const inHead = labels.lt(this.shortlistSize);
    let output = head.gather(1, labels.where(inHead, 0)).where(inHead, zeros(1));
    for (let i = 0; i < this.nClusters; i++) {
      const [low, high] = [this.cutoffs[i]!, this.cutoffs[i + 1]!];
      const here = labels.ge(low).logicalAnd(labels.lt(high));
      const within = logSoftmax(this.tail.at(i)(rows), 1).gather(1, labels.sub(low).where(here, 0));
      output = within.add(head.narrow(1, this.shortlistSize + i, 1)).where(here, output);
    }
    output = output.squeeze(1);
    return namedResults(['output', 'loss'], [batched ? output : output.squeeze(0), output.mean().neg()]);
  }

  /** Log probabilities of all classes. Shape: [N, inFeatures] → [N, nClasses]. */
  logProb(...args: Arguments<AdaptiveSoftmaxInput, ['input']>): Tensor {
    return this.logProbOf(rowsIn('logProb', args));
  }

  private logProbOf(input: Tensor): Tensor {
    const head = logSoftmax(this.head(input), 1);
    const clusters = [...this.tail].map((cluster, i) =>
      logSoftmax(cluster(input), 1).add(head.narrow(1, this.shortlistSize + i, 1)),
    );
    return cat([head.narrow(1, 0, this.shortlistSize), ...clusters], 1);
  }

  /** The most probable class of each row. Shape: [N, inFeatures] → int64 [N]. */
  predict(...args: Arguments<AdaptiveSoftmaxInput, ['input']>): Tensor {
    return this.logProbOf(rowsIn('predict', args)).argmax(1);
  }
}
