// RoIAlign from maps of several resolutions: each region is read from the map that fits its size.

import { ArgumentError, ShapeError, Tensor } from '../../../torch';
import {
  type Arguments,
  roiAlign as align,
  inputs,
  kinds,
  Layer,
  namedTensors,
  parseArgs,
  pythonText,
  roundHalfEven,
  shown,
} from '../../../torch/inside';
import { expectKinds } from '../expect-kinds';
import { areaOf } from './box-formats';
import { binsOf, type RegionSize, ratioOf, regionsOf } from './region-pooling';

interface MultiScaleArguments {
  /** The names of the maps to pool from. */
  featmapNames: readonly string[];
  outputSize: RegionSize;
  /** Samples per bin along each axis; with 0 or less, as many as a bin has pixels. */
  samplingRatio: number;
  /** Side of the regions that are pooled from the canonical level. Default: 224. */
  canonicalScale?: number;
  /** The level for regions of side `canonicalScale`. Default: 4. */
  canonicalLevel?: number;
}

type MultiScaleOrder = ['featmapNames', 'outputSize', 'samplingRatio', 'canonicalScale', 'canonicalLevel'];

/** The lowest and highest level of the maps; a map's level is the negative binary logarithm of its scale. */
interface Levels {
  readonly least: number;
  readonly greatest: number;
}

/** Keeps regions on the right level if their side is exactly a power of two. */
const EPS = 1e-6;

const log2 = (x: number): number => Math.log2(Math.fround(x));

/**
 * Pools each region from one of several maps, by its size (Lin et al. 2017, arXiv:1612.03144, equation 1): level
 * ⌊canonicalLevel + log₂(√area / canonicalScale)⌋, limited to the existing levels. The scales of the maps are inferred
 * from the picture sizes of the first call.
 *
 *     const pool = new ops.MultiScaleRoIAlign(['feat1', 'feat3'], 3, 2);
 *     pool({ feat1, feat2, feat3 }, [boxes], [[512, 512]]);   // [K, C, 3, 3] for boxes [K, 4] of one picture
 *
 * @throws ArgumentError, ShapeError
 */
export class MultiScaleRoIAlign extends Layer {
  readonly featmapNames: readonly string[];
  readonly outputSize: readonly [number, number];
  readonly samplingRatio: number;
  readonly canonicalScale: number;
  readonly canonicalLevel: number;
  /** The scale of each map; null before the first call. */
  scales: readonly number[] | null = null;

  constructor(...args: Arguments<MultiScaleArguments, MultiScaleOrder>) {
    super();
    const name = 'MultiScaleRoIAlign';
    const required = ['featmapNames', 'outputSize', 'samplingRatio'] as const;
    const defaults = { canonicalScale: 224, canonicalLevel: 4 };
    const o = parseArgs<MultiScaleArguments>(name, required, defaults, args, {
      featmapNames: kinds.listOf(kinds.text),
      canonicalScale: kinds.positive,
      canonicalLevel: kinds.finite,
    });
    ratioOf(name, o.samplingRatio);
    this.featmapNames = o.featmapNames;
    this.outputSize = binsOf(name, o.outputSize);
    this.samplingRatio = o.samplingRatio;
    this.canonicalScale = o.canonicalScale;
    this.canonicalLevel = o.canonicalLevel;
  }

  override get [inputs]() {
    return ['x', 'boxes', 'imageShapes'] as const;
  }

  override forward(
    x: Readonly<Record<string, Tensor>>,
    boxes: readonly Tensor[],
    /** Height and width of each picture, and those that its boxes belong to. */
    imageShapes: readonly (readonly number[])[],
  ): Tensor {
    const name = 'MultiScaleRoIAlign';
    expectKinds(name, {
      x: [x, namedTensors],
      imageShapes: [imageShapes, kinds.listOf(kinds.listOf(kinds.positive))],
    });
    const maps = Object.keys(x)
      .filter((key) => this.featmapNames.includes(key))
      .map((key) => x[key]!);
    if (maps.length === 0) {
      throw new ArgumentError(`${name}: expected maps ${shown(this.featmapNames)}, but got ${shown(Object.keys(x))}`);
    }
    this.scales ??= inferredScales(name, maps, imageShapes);
    const { scales } = this;
    const [{ dtype }] = maps as [Tensor];
    if (maps.some((map) => map.dim() !== 4 || map.shape[1] !== maps[0]!.shape[1])) {
      throw new ShapeError(
        `${name}: expected maps [N, C, H, W] of one C, but got ${shown(maps.map(({ shape }) => shape))}`,
      );
    }
    const regions = regionsOf(name, boxes);
    const levels = maps.length > 1 ? this.levelsOf(regions, scales).value : null;
    const scaled = maps.map((map, i) => ({ map: map.float().value, scale: scales[i]! }));
    const options = {
      kind: 'align',
      out: this.outputSize,
      ratio: ratioOf(name, this.samplingRatio),
      asked: name,
    } as const;
    return Tensor.of(align(regions.value, levels, scaled, options)).to(dtype);
  }

  /** The index of the map for each region (int64 [K]); −1 for a region with a negative area. */
  private levelsOf(regions: Tensor, scales: readonly number[]): Tensor {
    const { least, greatest }: Levels = { least: levelOf(scales[0]!), greatest: levelOf(scales.at(-1)!) };
    const area = areaOf(regions.narrow(1, 1, 4), 'xyxy');
    const level = area.sqrt().div(this.canonicalScale).log2().add(this.canonicalLevel).add(EPS).floor();
    return level.clamp(least, greatest).sub(least).to('int64').maskedFill(area.ge(0).logicalNot(), -1);
  }

  override toString(): string {
    const names = this.featmapNames.map((each) => `'${each}'`).join(', ');
    const { outputSize, samplingRatio } = this;
    return `MultiScaleRoIAlign(featmap_names=[${names}], output_size=${pythonText(outputSize)}, sampling_ratio=${samplingRatio})`;
  }
}

const levelOf = (scale: number): number => Math.trunc(-log2(scale));

/** The factors from the largest picture's size to each map's, as powers of two. */
function inferredScales(op: string, maps: readonly Tensor[], imageShapes: readonly (readonly number[])[]): number[] {
  if (!Array.isArray(imageShapes) || imageShapes.length === 0) {
    throw new ArgumentError(
      `${op}: expected the sizes of pictures, [[height, width], …], but got ${shown(imageShapes)}`,
    );
  }
  const height = Math.max(...imageShapes.map(([rows]) => rows!));
  return maps.map(({ shape }) => 2 ** roundHalfEven(log2(shape.at(-2)! / height)));
}
