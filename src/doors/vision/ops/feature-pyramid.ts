// The feature pyramid network, and blocks that add further levels.

import { ArgumentError, nn, type Tensor } from '../../../torch';
import {
  type Args,
  expectKind,
  inputs,
  isPlainObject,
  kinds,
  Module,
  namedTensors,
  parseArgs,
  takes,
  tensorKind as tensor,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { Conv2dNormActivation, type NormMaker } from './layers';

/** Maps and their names, from the highest resolution to the lowest. */
export interface NamedMaps {
  readonly maps: Tensor[];
  readonly names: string[];
}

/** Base of the blocks that add levels to a feature pyramid. */
export abstract class ExtraFPNBlock extends Module {
  constructor(...none: []) {
    super();
    parseArgs(new.target.name, [], {}, none);
  }

  /**
   * Returns all maps, including those added, and all names. Takes the outputs of the pyramid, the maps that the pyramid
   * was given, and their names.
   * @param names The names, in their order.
   * @param results Feature maps, one for each level.
   */
  abstract override forward(
    results: readonly Tensor[],
    x: readonly Tensor[],
    names: readonly string[],
  ): readonly [maps: readonly Tensor[], names: readonly string[]];
}

interface PyramidArguments {
  inChannelsList: readonly number[];
  outChannels: number;
  /** Adds further levels. Default: none. */
  extraBlocks?: ExtraFPNBlock | null;
  /** Makes the norm for a number of channels; convolutions then have no bias. Default: none. */
  normLayer?: NormMaker | null;
}

type FeaturePyramidOptions = Pick<PyramidArguments, 'extraBlocks' | 'normLayer'>;

/**
 * Feature pyramid network (Lin et al. 2017, arXiv:1612.03144): converts maps of descending resolution to one number of
 * channels, and adds to each the enlarged next one. Input and output are dictionaries of maps [N, C, H, W], the highest
 * resolution first.
 *
 *     const fpn = new ops.FeaturePyramidNetwork([64, 128], 32);
 *     fpn({ feat0: torch.rand(1, 64, 16, 16), feat1: torch.rand(1, 128, 8, 8) });
 *
 * @throws ArgumentError if there are 0 channels, or if the number of maps is wrong
 */
export class FeaturePyramidNetwork extends Module {
  inner_blocks = new nn.ModuleList<Conv2dNormActivation>();
  layer_blocks = new nn.ModuleList<Conv2dNormActivation>();
  declare extra_blocks: ExtraFPNBlock | null;

  constructor(
    /** The channels of each feature map that comes in. */ inChannelsList: readonly number[],
    outChannels: number,
    options?: FeaturePyramidOptions,
  );
  constructor(
    inChannelsList: readonly number[],
    outChannels: number,
    extraBlocks: ExtraFPNBlock | null,
    normLayer?: NormMaker | null,
  );
  constructor(...args: unknown[]) {
    super();
    const name = 'FeaturePyramidNetwork';
    const defaults = { extraBlocks: null, normLayer: null };
    const o = parseArgs<PyramidArguments>(name, ['inChannelsList', 'outChannels'], defaults, args, {
      inChannelsList: kinds.nonEmpty(kinds.features),
      outChannels: kinds.features,
      extraBlocks: kinds.orNull(kinds.instance(ExtraFPNBlock, 'an ExtraFPNBlock')),
      normLayer: kinds.orNull(kinds.callback),
    });
    const layers = { normLayer: o.normLayer, activationLayer: null };
    for (const inChannels of o.inChannelsList) {
      this.inner_blocks.append(
        new Conv2dNormActivation(inChannels, o.outChannels, { kernelSize: 1, padding: 0, ...layers }),
      );
      this.layer_blocks.append(new Conv2dNormActivation(o.outChannels, o.outChannels, { kernelSize: 3, ...layers }));
    }
    initialize(this);
    this.extra_blocks = o.extraBlocks;
  }

  override forward(
    maps: Readonly<Record<string, Tensor>> | { x: Readonly<Record<string, Tensor>> },
  ): Record<string, Tensor> {
    const x = isNamed(maps) ? maps.x : maps;
    expectKind('FeaturePyramidNetwork', 'x', x, namedTensors);
    const names = Object.keys(x);
    const levels = Object.values(x);
    const inner = [...this.inner_blocks];
    const layers = [...this.layer_blocks];
    if (levels.length === 0 || levels.length > inner.length) {
      throw new ArgumentError(`FeaturePyramidNetwork: expected ${inner.length} maps, but got [${names.join(', ')}]`);
    }
    let last = inner.at(-1)!(levels.at(-1)!);
    let results: readonly Tensor[] = [layers.at(-1)!(last)];
    for (let i = levels.length - 2; i >= 0; i--) {
      const lateral = inner[i]!(levels[i]!);
      last = lateral.add(nn.functional.interpolate(last, { size: lateral.shape.slice(-2), mode: 'nearest' }));
      results = [layers[i]!(last), ...results];
    }
    if (!this.extra_blocks) return named(names, results);
    const [all, allNames] = this.extra_blocks(results, levels, names);
    return named(allNames, all);
  }

  /** In files from before 2022, the name of a block is also that of its convolution. */
  override upgradeState(state: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
    const entries = Object.entries(state).map(([key, tensor]): [string, Tensor] => {
      const old = /^((?:inner|layer)_blocks\.\d+)\.(weight|bias)$/.exec(
        key.startsWith(prefix) ? key.slice(prefix.length) : '',
      );
      return [old ? `${prefix}${old[1]}.0.${old[2]}` : key, tensor];
    });
    return Object.fromEntries(entries);
  }
}

/** Whether the maps were passed under the name `x`; a map of that name would be a tensor, not a dictionary. */
const isNamed = (given: object): given is { x: Readonly<Record<string, Tensor>> } =>
  isPlainObject(given) && Object.keys(given).join() === 'x' && isPlainObject(given.x);

const named = (names: readonly string[], maps: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(maps.map((map, i) => [names[i]!, map]));

/** Initializes the convolutions of a module; biases are 0. */
function initialize(module: Module): void {
  for (const layer of module.modules()) {
    if (!(layer instanceof nn.Conv2d)) continue;
    nn.init.kaimingUniform_(layer.weight, { a: 1 });
    if (layer.bias) nn.init.constant_(layer.bias, 0);
  }
}

/** Base of blocks that add levels, made from the outputs and the inputs of the pyramid, under names of their own. */
abstract class AddedLevels extends ExtraFPNBlock {
  override get [inputs]() {
    return ['results', 'x', 'names'] as const;
  }

  override forward(
    results: readonly Tensor[],
    x: readonly Tensor[],
    names: readonly string[],
  ): readonly [readonly Tensor[], readonly string[]] {
    const some = { ...kinds.nonEmpty(tensor), words: 'a list of tensors, at least one' };
    expectKinds(this.constructor.name, {
      results: [results, some],
      x: [x, some],
      names: [names, kinds.listOf(kinds.text)],
    });
    const levels = this.levels(results, x);
    return [
      [...results, ...Object.values(levels)],
      [...names, ...Object.keys(levels)],
    ];
  }

  protected abstract levels(results: readonly Tensor[], x: readonly Tensor[]): Record<string, Tensor>;
}

/** Adds a level `pool`: every second element of the last output. */
export class LastLevelMaxPool extends AddedLevels {
  protected override levels(results: readonly Tensor[]): Record<string, Tensor> {
    return { pool: nn.functional.maxPool2d(results.at(-1)!, 1, { stride: 2 }) };
  }
}

const lastLevelP6P7Table = takes('LastLevelP6P7', {
  inChannels: kinds.features,
  outChannels: kinds.features,
});

/**
 * Adds the levels `p6` and `p7` of RetinaNet (Lin et al. 2017, arXiv:1708.02002), by convolutions of stride 2. They
 * start from the pyramid's last output if both numbers of channels are equal, else from its last input.
 */
export class LastLevelP6P7 extends AddedLevels {
  p6: nn.Conv2d;
  p7: nn.Conv2d;
  readonly useP5: boolean;

  constructor(...args: Args<typeof lastLevelP6P7Table, ['inChannels', 'outChannels']>) {
    super();
    const { inChannels, outChannels } = lastLevelP6P7Table.read(args);
    this.p6 = new nn.Conv2d(inChannels, outChannels, 3, { stride: 2, padding: 1 });
    this.p7 = new nn.Conv2d(outChannels, outChannels, 3, { stride: 2, padding: 1 });
    initialize(this);
    this.useP5 = inChannels === outChannels;
  }

  protected override levels(results: readonly Tensor[], x: readonly Tensor[]): Record<string, Tensor> {
    const p6 = this.p6(this.useP5 ? results.at(-1)! : x.at(-1)!);
    return { p6, p7: this.p7(nn.functional.relu(p6)) };
  }
}
