// The noise tunnel: averages the attributions of several noisy copies of an input.

import { ArgumentError, cat, full, normal, scope, Tensor } from '../../../torch';
import { CarriedPromise, carried, flush, kinds, parseArgs, shown } from '../../../torch/inside';
import { type Attributions, type Inputs, interleaved, type Listed, likeInputs, listInputs } from './arguments';
import { Attribution, opOf, PerturbationAttribution } from './attribution';
import { expectCount, expectSamples, rowsThatFit } from './batches';
import { expandOptions } from './expanding';
import type { InMode } from './in-mode';
import { type OpenArguments, parseOpen } from './open-arguments';

const TYPES = ['smoothgrad', 'smoothgrad_sq', 'vargrad'] as const;
type NoiseTunnelType = (typeof TYPES)[number];

interface NoiseOptions {
  /**
   * 'smoothgrad': the mean of the attributions; 'smoothgrad_sq': the mean of their squares; 'vargrad': their variance.
   * Default 'smoothgrad'.
   */
  ntType?: NoiseTunnelType;
  /** Noisy copies of each example; default 5. */
  ntSamples?: number;
  /** Noisy copies that run at once; default: as many as fit. */
  ntSamplesBatchSize?: number | null;
  /** Standard deviation of the noise: one for all inputs, or one for each; default 1. */
  stdevs?: number | readonly number[];
  /** Draw a baseline at random from those given, for every noisy copy; default false. */
  drawBaselineFromDistrib?: boolean;
}

/** The options of the tunnel, and any options of the wrapped method. */
export interface NoiseTunnelOptions extends NoiseOptions {
  readonly [option: string]: unknown;
}

/** A promise if the wrapped method returns one. */
type Tunnelled<M, T> = M extends { attribute(...args: never[]): CarriedPromise<unknown> }
  ? CarriedPromise<T>
  : M extends PerturbationAttribution
    ? Promise<T>
    : T;

type NoiseTunnelOrder = ['ntType', 'ntSamples', 'ntSamplesBatchSize', 'stdevs', 'drawBaselineFromDistrib'];

type TunnelWithDelta = NoiseTunnelOptions & {
  /** Whether the error of the attributions is given, too. */ returnConvergenceDelta: true;
};

type Method = Attribution & { attribute(...args: never[]): unknown };

/**
 * Attributions of x + ε with ε ~ N(0, stdev²), drawn several times, combined as their mean (SmoothGrad, Smilkov et al.
 * 2017, arXiv:1706.03825), the mean of the squares, or the variance E[a²] − E[a]² (VarGrad, Adebayo et al. 2018,
 * arXiv:1810.03307).
 *
 *     new NoiseTunnel(new Saliency(model)).attribute(x, { ntSamples: 50, stdevs: 0.2, target });
 *
 * Options that are not the tunnel's own go to the wrapped method. Its delta has one entry for each noisy copy of an
 * example, [N · ntSamples].
 */
export class NoiseTunnel<M extends Method> extends Attribution {
  readonly attributionMethod: M;

  /**
   * @throws ArgumentError if `attributionMethod` is not an attribution method
   * @param attributionMethod The method that explains each noisy input.
   */
  constructor(attributionMethod: M);
  constructor(options: { attributionMethod: M });
  constructor(...args: unknown[]) {
    const { attributionMethod } = parseArgs<{ attributionMethod: M }>(
      opOf(new.target),
      ['attributionMethod'],
      {},
      args,
      { attributionMethod: kinds.instance(Attribution, 'an attribution method') },
    );
    super(attributionMethod.forwardFunc);
    this.attributionMethod = attributionMethod;
  }

  override get multipliesByInputs(): boolean {
    return this.attributionMethod.multipliesByInputs;
  }

  override hasConvergenceDelta(): boolean {
    return this.attributionMethod.hasConvergenceDelta();
  }

  /**
   * Attributions of the inputs' shapes; a promise if the wrapped method returns one.
   * @throws ArgumentError for an unknown `ntType`, and whatever the wrapped method throws
   */
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: OpenArguments<NoiseOptions, NoiseTunnelOrder, [TunnelWithDelta]>
  ): Tunnelled<M, [Attributions<I>, Tensor]>;
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: OpenArguments<NoiseOptions, NoiseTunnelOrder, [options?: NoiseTunnelOptions]>
  ): Tunnelled<M, Attributions<I>>;
  attribute<const I extends Inputs>(options: TunnelWithDelta & { inputs: I }): Tunnelled<M, [Attributions<I>, Tensor]>;
  attribute<const I extends Inputs>(options: NoiseTunnelOptions & { inputs: I }): Tunnelled<M, Attributions<I>>;
  attribute(...args: readonly unknown[]): unknown {
    const { op } = this;
    const { own: o, others: rest } = parseOpen<NoiseOptions & { inputs: Inputs }>(op, ['inputs'], noiseDefaults, args, {
      stdevs: kinds.either(kinds.number, kinds.listOf(kinds.number)),
    });
    if (!TYPES.includes(o.ntType)) {
      throw new ArgumentError(`${op}: expected ntType to be one of ${TYPES.join(', ')}, but got ${shown(o.ntType)}`);
    }
    const listed = listInputs(op, o.inputs);
    const { inputs } = listed;
    const deviations = deviationsOf(op, o.stdevs, inputs.length);
    const examples = Math.max(inputs[0]!.shape[0]!, 1);
    const samples = expectSamples(op, 'ntSamples', o.ntSamples);
    const atOnce =
      o.ntSamplesBatchSize === null
        ? Math.floor(rowsThatFit(this.call(null, rest.additionalForwardArgs), inputs, samples * examples) / examples)
        : expectCount(op, 'ntSamplesBatchSize', o.ntSamplesBatchSize);
    const parts = batchSizes(samples, Math.min(Math.max(atOnce, 1), samples));
    const smoothing = new Smoothing(listed, o.ntType, samples, rest.returnConvergenceDelta === true);
    const attributed = (count: number): unknown => {
      const noisy = inputs.map((x, i) => {
        const rows = interleaved(x.detach(), count);
        return rows.add(normal(0, full(rows.shape, deviations[i]!, { dtype: 'float32' })).to(x.dtype));
      });
      const expanded = expandOptions(op, rest, inputs, count, o.drawBaselineFromDistrib);
      const attribute = this.attributionMethod.attribute as (inputs: unknown, options: object) => unknown;
      return attribute.call(this.attributionMethod, listed.alone ? noisy[0] : noisy, expanded);
    };
    if (this.attributionMethod instanceof PerturbationAttribution) {
      const first = attributed(parts[0]!);
      const later = (inMode: InMode) => smoothing.later(inMode, first, parts, attributed);
      return first instanceof CarriedPromise ? carried(later) : later((part) => part());
    }
    return scope(() => {
      parts.forEach((count, i) => {
        scope(() => smoothing.add(attributed(count), count));
        // Flush each part by itself, so that all parts reuse the same memory.
        if (i < parts.length - 1) flush();
      });
      return smoothing.result();
    });
  }
}

const noiseDefaults = {
  ntType: 'smoothgrad' as const,
  ntSamples: 5,
  ntSamplesBatchSize: null,
  stdevs: 1,
  drawBaselineFromDistrib: false,
};

function deviationsOf(op: string, stdevs: unknown, inputs: number): readonly number[] {
  const list: readonly unknown[] = Array.isArray(stdevs) ? stdevs : Array<unknown>(inputs).fill(stdevs);
  if (list.length === inputs && list.every((each) => typeof each === 'number' && each >= 0)) return list as number[];
  throw new ArgumentError(
    `${op}: expected stdevs to be a number ≥ 0, or one for each of ${inputs} inputs, but got ${shown(stdevs)}`,
  );
}

const batchSizes = (count: number, size: number): number[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, i) => Math.min(size, count - i * size));

/** Accumulates the attributions of noisy inputs. */
class Smoothing {
  private sums: Tensor[] = [];
  private squares: Tensor[] = [];
  private readonly deltas: Tensor[] = [];

  constructor(
    private readonly listed: Listed,
    private readonly type: NoiseTunnelType,
    private readonly samples: number,
    private readonly hasDelta: boolean,
  ) {}

  /**
   * Adds the attributions of a batch that holds each example `count` times in a row. Returns all sums so far, so that
   * the caller's scope keeps them.
   */
  add(attributed: unknown, count: number): readonly Tensor[] {
    const [given, delta] = this.hasDelta ? (attributed as [unknown, Tensor]) : [attributed, null];
    if (delta) this.deltas.push(delta);
    const list = given instanceof Tensor ? [given] : (given as Tensor[]);
    const rows = list.map((x) => x.reshape([x.shape[0]! / count, count, ...x.shape.slice(1)]));
    const plus = (sums: Tensor[], more: Tensor[]) => more.map((x, i) => (sums[i] ? sums[i].add(x) : x));
    this.sums = plus(
      this.sums,
      rows.map((x) => x.sum(1)),
    );
    if (this.type !== 'smoothgrad') {
      this.squares = plus(
        this.squares,
        rows.map((x) => x.square().sum(1)),
      );
    }
    return [...this.sums, ...this.squares, ...this.deltas];
  }

  result(): unknown {
    const means = this.sums.map((x) => x.div(this.samples));
    const squares = this.squares.map((x) => x.div(this.samples));
    const smoothed = {
      smoothgrad: () => means,
      smoothgrad_sq: () => squares,
      vargrad: () => squares.map((x, i) => x.sub(means[i]!.square())),
    }[this.type]();
    const attributions = likeInputs(this.listed, smoothed);
    return this.hasDelta ? [attributions, cat(this.deltas, 0)] : attributions;
  }

  /**
   * The result for a wrapped method that returns promises. `first` is the promise of the first part, which is already
   * running.
   */
  async later(
    inMode: InMode,
    first: unknown,
    parts: readonly number[],
    attributed: (count: number) => unknown,
  ): Promise<unknown> {
    for (const [i, count] of parts.entries()) {
      const given = await (i === 0 ? first : inMode(() => attributed(count)));
      inMode(() => this.add(given, count));
    }
    return inMode(() => this.result());
  }
}

/** One number per row, shaped [N, 1, …] so that it multiplies the rows of x. */
export const perRow = (numbers: Tensor, x: Tensor): Tensor =>
  numbers.reshape([x.shape[0]!, ...x.shape.slice(1).map(() => 1)]).to(x.dtype);
