// Owns confusion matrices, and the bases of metrics whose state is one.

import { type Arguments, parseArgs } from '../../core/options';
import type { Drawing } from '../../draw/sheet';
import { zeros } from '../../tensor/creation';
import type { Tensor } from '../../tensor/tensor';
import { Metric } from '../metric';
import { type ConfusionPlotOptions, confusionDrawing } from '../plot';
import {
  type BatchArguments,
  batchOf,
  expectBinary,
  expectClasses,
  expectLabels,
  expectTensors,
  flag,
  label,
  oneOf,
  share,
  type Task,
  wholeFrom,
} from './arguments';
import { confusionOfBinary, confusionOfClasses, confusionOfLabels } from './counting';
import { ratio } from './scores';
import { classByTask, functional, functionByTask } from './task';

/** Over what counts are shares: the true class, the predicted one, all; 'none' or null: they are counts. */
export type Normalize = 'true' | 'pred' | 'all' | 'none' | null;

export interface Checked {
  /** A label that does not count where it is the true one; default null. */
  ignoreIndex?: number | null;
  /** Whether arguments are checked, and labels on the device; default true. */
  validateArgs?: boolean;
}

export interface BinaryConfusion extends Checked {
  /** Scores above it count as 1; default 0.5. */
  threshold?: number;
}

export interface MulticlassConfusion extends Checked {
  /** C */
  numClasses: number;
}

export interface MultilabelConfusion extends BinaryConfusion {
  /** L */
  numLabels: number;
}

export const checkedDefaults = { ignoreIndex: null, validateArgs: true } as const;

/** Metrics that are made of confusion matrices [..., true, predicted]. */
const confusionPlot = { addText: true, labels: null, cmap: 'viridis' } as const;

abstract class OfConfusion extends Metric {
  declare confmat: Tensor;
  /** Whether the figure is the matrix itself. */
  protected readonly isMatrix: boolean = false;
  override fullStateUpdate: boolean | null = false;
  override isDifferentiable: boolean | null = false;
  override higherIsBetter: boolean | null = true;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  readonly ignoreIndex: number | null;
  readonly validateArgs: boolean;

  constructor(o: Required<Checked>, shape: readonly number[]) {
    super();
    const name = this.constructor.name;
    if (flag(name, 'validateArgs', o.validateArgs)) label(name, 'ignoreIndex', o.ignoreIndex);
    this.ignoreIndex = o.ignoreIndex;
    this.validateArgs = o.validateArgs;
    this.addState('confmat', zeros([...shape], { dtype: 'int64' }), { distReduceFx: 'sum' });
  }

  update(...args: BatchArguments): void {
    const { preds, target } = batchOf(this.constructor.name, args);
    this.confmat.add_(this.confusion(preds, target));
  }

  compute(): Tensor {
    return this.figureOf(this.confmat);
  }

  /** @internal The figure of one batch. */
  figure(preds: Tensor, target: Tensor): Tensor {
    return this.figureOf(this.confusion(preds, target));
  }

  override get plotDefaults(): ConfusionPlotOptions {
    return this.isMatrix ? { ...super.plotDefaults, ...confusionPlot } : super.plotDefaults;
  }

  override async drawingOf(val: unknown, options: ConfusionPlotOptions = this.plotDefaults): Promise<Drawing> {
    if (!this.isMatrix || Array.isArray(val)) return super.drawingOf(val);
    return confusionDrawing(this.constructor.name, val ?? this.compute(), { ...confusionPlot, ...options });
  }

  protected abstract figureOf(confmat: Tensor): Tensor;
  protected abstract confusion(preds: Tensor, target: Tensor): Tensor;
}

export abstract class OfBinaryConfusion extends OfConfusion {
  readonly threshold: number;

  constructor(o: Required<BinaryConfusion>) {
    super(o, [2, 2]);
    this.threshold = o.validateArgs ? share(this.constructor.name, 'threshold', o.threshold) : o.threshold;
  }

  protected confusion(preds: Tensor, target: Tensor): Tensor {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectBinary(name, preds, target, 'global');
    return confusionOfBinary(name, preds, target, this);
  }
}

export abstract class OfMulticlassConfusion extends OfConfusion {
  readonly numClasses: number;

  constructor(o: Required<MulticlassConfusion>) {
    super(o, [o.numClasses, o.numClasses]);
    this.numClasses = o.validateArgs ? wholeFrom(this.constructor.name, 'numClasses', o.numClasses, 2) : o.numClasses;
  }

  protected confusion(preds: Tensor, target: Tensor): Tensor {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectClasses(name, preds, target, this.numClasses);
    return confusionOfClasses(name, preds, target, this);
  }
}

export abstract class OfMultilabelConfusion extends OfConfusion {
  readonly numLabels: number;
  readonly threshold: number;

  constructor(o: Required<MultilabelConfusion>) {
    super(o, [o.numLabels, 2, 2]);
    const name = this.constructor.name;
    this.numLabels = o.validateArgs ? wholeFrom(name, 'numLabels', o.numLabels, 2) : o.numLabels;
    this.threshold = o.validateArgs ? share(name, 'threshold', o.threshold) : o.threshold;
  }

  protected confusion(preds: Tensor, target: Tensor): Tensor {
    const name = this.constructor.name;
    expectTensors(name, preds, target);
    expectLabels(name, preds, target, this.numLabels);
    return confusionOfLabels(name, preds, target, this);
  }
}

interface Normalized {
  /** Default null. */
  normalize?: Normalize;
}

const norms: readonly Normalize[] = ['true', 'pred', 'all', 'none', null];

/** Counts as shares; those of nothing are 0. */
function normalized(confmat: Tensor, normalize: Normalize): Tensor {
  if (normalize === null || normalize === 'none') return confmat;
  const x = confmat.float();
  const dims = normalize === 'true' ? [-1] : normalize === 'pred' ? [-2] : [-2, -1];
  return ratio(x, x.sum(dims, { keepdim: true }).expandAs(x));
}

export const binaryConfusionOrder = ['threshold', 'ignoreIndex', 'normalize', 'validateArgs'] as const;
export const multiclassConfusionOrder = ['numClasses', 'ignoreIndex', 'normalize', 'validateArgs'] as const;
export const multilabelConfusionOrder = ['numLabels', 'threshold', 'ignoreIndex', 'normalize', 'validateArgs'] as const;

/** [[tn, fp], [fn, tp]] of preds and target [N, …], int64; floats with `normalize`. */
export class BinaryConfusionMatrix extends OfBinaryConfusion {
  override higherIsBetter: boolean | null = null;
  protected override readonly isMatrix = true;
  readonly normalize: Normalize;

  constructor(...args: Arguments<BinaryConfusion & Normalized, typeof binaryConfusionOrder>) {
    const name = new.target.name;
    const defaults = { threshold: 0.5, ignoreIndex: null, normalize: null, validateArgs: true };
    const o = parseArgs<BinaryConfusion & Normalized>(name, [], defaults, args);
    super(o);
    this.normalize = oneOf(name, 'normalize', o.normalize, norms);
  }

  protected figureOf(confmat: Tensor): Tensor {
    return normalized(confmat, this.normalize);
  }
}

/** How often each class [row] was taken for each [column], of scores [N, C, …] or labels [N, …] and target [N, …]; int64 [C, C]; floats with `normalize`. */
export class MulticlassConfusionMatrix extends OfMulticlassConfusion {
  override higherIsBetter: boolean | null = null;
  protected override readonly isMatrix = true;
  readonly normalize: Normalize;

  constructor(...args: Arguments<MulticlassConfusion & Normalized, typeof multiclassConfusionOrder>) {
    const name = new.target.name;
    const defaults = { ignoreIndex: null, normalize: null, validateArgs: true };
    const o = parseArgs<MulticlassConfusion & Normalized>(name, ['numClasses'], defaults, args);
    super(o);
    this.normalize = oneOf(name, 'normalize', o.normalize, norms);
  }

  protected figureOf(confmat: Tensor): Tensor {
    return normalized(confmat, this.normalize);
  }
}

/** [[tn, fp], [fn, tp]] of each label of preds and target [N, L, …]; int64 [L, 2, 2]; floats with `normalize`. */
export class MultilabelConfusionMatrix extends OfMultilabelConfusion {
  override higherIsBetter: boolean | null = null;
  protected override readonly isMatrix = true;
  readonly normalize: Normalize;

  constructor(...args: Arguments<MultilabelConfusion & Normalized, typeof multilabelConfusionOrder>) {
    const name = new.target.name;
    const defaults = { threshold: 0.5, ignoreIndex: null, normalize: null, validateArgs: true };
    const o = parseArgs<MultilabelConfusion & Normalized>(name, ['numLabels'], defaults, args);
    super(o);
    this.normalize = oneOf(name, 'normalize', o.normalize, norms);
  }

  protected figureOf(confmat: Tensor): Tensor {
    return normalized(confmat, this.normalize);
  }
}

const makers = {
  binary: { make: (o: BinaryConfusion & Normalized) => new BinaryConfusionMatrix(o), order: binaryConfusionOrder },
  multiclass: {
    make: (o: MulticlassConfusion & Normalized) => new MulticlassConfusionMatrix(o),
    order: multiclassConfusionOrder,
  },
  multilabel: {
    make: (o: MultilabelConfusion & Normalized) => new MultilabelConfusionMatrix(o),
    order: multilabelConfusionOrder,
  },
};

interface TaskArguments extends BinaryConfusion, Normalized {
  task: Task;
  numClasses?: number | null;
  numLabels?: number | null;
}
const taskOrder = [
  ...(['task', 'threshold', 'numClasses', 'numLabels', 'normalize', 'ignoreIndex', 'validateArgs'] as const),
] as const;

/** BinaryConfusionMatrix, MulticlassConfusionMatrix or MultilabelConfusionMatrix by `task`. */
export const ConfusionMatrix = classByTask<TaskArguments, typeof taskOrder, typeof makers>(
  'ConfusionMatrix',
  taskOrder,
  makers,
);
/** `ConfusionMatrix` of one batch. */
export const confusionMatrix = functionByTask<TaskArguments, typeof taskOrder, Tensor>(
  'confusionMatrix',
  taskOrder,
  makers,
);
/** `BinaryConfusionMatrix` of one batch. */
export const binaryConfusionMatrix = functional('binaryConfusionMatrix', makers.binary.make, [
  ...(['threshold', 'normalize', 'ignoreIndex', 'validateArgs'] as const),
] as const);
/** `MulticlassConfusionMatrix` of one batch. */
export const multiclassConfusionMatrix = functional('multiclassConfusionMatrix', makers.multiclass.make, [
  ...(['numClasses', 'normalize', 'ignoreIndex', 'validateArgs'] as const),
] as const);
/** `MultilabelConfusionMatrix` of one batch. */
export const multilabelConfusionMatrix = functional('multilabelConfusionMatrix', makers.multilabel.make, [
  ...(['numLabels', 'threshold', 'normalize', 'ignoreIndex', 'validateArgs'] as const),
] as const);
