// Registers on the network the weights and constants that operators (rather than layers) read.
import type { Module } from '../../../torch/inside';
import { keepTensor } from './convert';
import { Slot, type Weight } from './known';
import { parameterOf } from './layers/layer';
import { isGenerated, segmentsOf } from './names';
import type { Loaded } from './plan';
import type { Tree } from './tree';
import type { HostArray } from './values';

/** By operator: the inputs that decide shapes or are settings. These are numbers, never weights. */
const settings: Readonly<Record<string, readonly number[]>> = {
  ...{
    Resize: [1, 2, 3],
    Upsample: [1],
    Clip: [1, 2],
    Pad: [1, 2, 3],
    Range: [0, 1, 2],
    OneHot: [1, 2],
    Dropout: [1, 2],
  },
  ...{
    TopK: [1],
    Slice: [1, 2, 3, 4],
    Reshape: [1],
    Expand: [1],
    Tile: [1],
    ConstantOfShape: [0],
    Pow: [1],
    CumSum: [1],
  },
  ...{ QuantizeLinear: [1, 2], DequantizeLinear: [1, 2], Squeeze: [1], Unsqueeze: [1], Split: [1], Trilu: [1] },
  ...{ NonMaxSuppression: [2, 3, 4], RoiAlign: [2], Where: [0], CastLike: [1] },
};

/** Operators whose inputs are trained even if an exporter made up their names. */
const products: ReadonlySet<string> = new Set([
  ...['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Gather', 'LSTM', 'GRU', 'RNN', 'PRelu', 'LayerNormalization'],
  ...['BatchNormalization', 'InstanceNormalization', 'GroupNormalization'],
]);

/** The inputs of BatchNormalization that are statistics rather than weights. */
const statistics = [3, 4];

/** Provides weights to operators: as a slot that is filled at each call, or as a constant array. */
export class Registry {
  readonly loaded: Loaded[] = [];

  constructor(
    private readonly root: Module,
    private readonly tree: Tree,
    private readonly newSlot: () => number,
  ) {}

  /** Where input i of an operator finds this weight, which no node computes. */
  sourceOf(weight: Weight, opType: string, i: number): number | HostArray {
    const { host } = weight;
    if (host && settings[opType]?.includes(i)) return host;
    if (weight.slot) return weight.slot.index;
    const isSmall = weight.isConstant || (isGenerated(weight.name) && !products.has(opType));
    if (isSmall && host && weight.isConstant) return keepTensor(host);
    const isBuffer = isSmall || (opType === 'BatchNormalization' && statistics.includes(i));
    const slot = this.newSlot();
    this.loaded.push({ path: isBuffer ? this.#buffer(weight) : this.#parameter(weight), slot });
    weight.slot = new Slot(slot, weight.shape.length);
    return slot;
  }

  /** Constants that were computed from others are not saved in the state dict. */
  #buffer(weight: Weight): string[] {
    return this.tree.addBuffer(pathOf(weight), weight.tensor.clone(), weight.host !== null);
  }

  #parameter(weight: Weight): string[] {
    const given = weight.parameter;
    const known = given && this.root.namedParameters().find(([, parameter]) => parameter === given);
    return known ? known[0].split('.') : this.tree.addParameter(pathOf(weight), parameterOf(weight));
  }
}

const pathOf = ({ name }: Weight): string[] => {
  const parts = segmentsOf(name);
  return parts.length > 0 ? parts : ['weight'];
};
