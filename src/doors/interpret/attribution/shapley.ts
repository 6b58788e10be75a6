// Shapley values: what a feature adds to the output when it joins the others, averaged over all orders of the features,
// or over a sample of orders.

import { ArgumentError, cat, type Tensor, tensor, where } from '../../../torch';
import { type Parsed, drawPermutation as randperm, warnOnce } from '../../../torch/inside';
import { asTensors, type Baselines, type Compared, likeInputs } from './arguments';
import { expectSamples } from './batches';
import { atElements, type FeatureOptions, featuresOf } from './features';
import type { InMode } from './in-mode';
import { featureDefaults, PerturbationMethod } from './perturbation-method';
import {
  explainedDefaults,
  type PerturbationOptions,
  perturbing,
  type RunOrder,
  replaced,
  runDefaults,
} from './perturbing';

/** The options of `ShapleyValues`. */
export interface ShapleyValuesOptions extends PerturbationOptions, FeatureOptions {
  /** The value of a feature that is absent from a coalition; default 0. */
  baselines?: Baselines;
}

/** The options of `ShapleyValueSampling`. */
export interface ShapleyValueSamplingOptions extends ShapleyValuesOptions {
  /** Number of random orders; default 25. */
  nSamples?: number;
}

type ExactOrder = ['baselines', 'target', 'additionalForwardArgs', 'featureMask', ...RunOrder];

type SamplingOrder = ['baselines', 'target', 'additionalForwardArgs', 'featureMask', 'nSamples', ...RunOrder];

/** A numbered sequence of coalitions (sets of features). */
interface Coalitions {
  readonly total: number;
  /**
   * For the coalitions from `start` to before `end`: whether each contains each feature, booleans [count, features].
   */
  included(start: number, end: number): Tensor;
  /**
   * The contribution of these coalitions to the features' values, [N, features], from their outputs, [count, N], and
   * from `none`, the output of the empty coalition, [N]. `last` is the output of the coalition before `start`.
   */
  added(outputs: Tensor, none: Tensor, last: Tensor, start: number, end: number): Tensor;
}

/** The base class of methods whose attributions are weighted sums over coalitions of features. */
abstract class CoalitionMethod<
  O extends ShapleyValuesOptions,
  Order extends readonly (keyof O)[],
> extends PerturbationMethod<O, Order> {
  protected abstract coalitions(features: number, options: Parsed<O>): Coalitions;

  protected async explained(inMode: InMode, listed: Compared, options: Parsed<O>): Promise<unknown> {
    const { op } = this;
    const o: Parsed<ShapleyValuesOptions> = options;
    const { inputs, baselines } = listed;
    const { masks, count: features } = await featuresOf(inMode, op, inputs, o.featureMask);
    const coalitions = this.coalitions(features, options);
    const call = this.call(o.target, o.additionalForwardArgs);
    return inMode(() =>
      perturbing(
        { call, inputs, options: o, masks, origin: asTensors(baselines, inputs) },
        coalitions.total,
        (none) => (evaluate, start, end, sums) => {
          const without = asTensors(baselines, inputs);
          const included = coalitions.included(start, end).unsqueeze(1);
          const perturbed = inputs.map((x, i) => replaced(without[i]!, atElements(included, masks[i]!), x));
          const outputs = evaluate(perturbed, end - start);
          const [sum, last = none] = sums;
          const part = coalitions.added(outputs, none, last, start, end);
          return [sum ? sum.add(part) : part, outputs.select(0, end - start - 1)];
        },
        ([sum]) =>
          likeInputs(
            listed,
            masks.map((mask) => atElements(sum!.unsqueeze(0), mask).squeeze(0)),
          ),
      ),
    );
  }
}

/** The maximum number of features of the exact method: a coalition is a bit mask in a 32-bit integer. */
const MOST_FEATURES = 30;

/** From this many features on, the exact method warns that it will take long. */
const MANY_FEATURES = 16;

/**
 * Shapley values, exactly. With v(S) for the output where the features of S have the input's values and the others the
 * baseline's, and n features in all, feature i gets
 *
 *     φ_i = Σ_{S ∌ i} |S|! (n − |S| − 1)! / n! · (v(S ∪ {i}) − v(S))
 *
 * so that Σ φ_i = f(x) − f(baseline). Every coalition is evaluated once: 2ⁿ evaluations, not n · n!. Shapley 1953;
 * Štrumbelj & Kononenko 2010, "An Efficient Explanation of Individual Classifications using Game Theory".
 *
 *     const values = await new ShapleyValues(model).attribute(x, { target: 1, featureMask: segments });
 */
export class ShapleyValues extends CoalitionMethod<ShapleyValuesOptions, ExactOrder> {
  protected get definition() {
    return { takes: featureDefaults };
  }

  protected coalitions(features: number): Coalitions {
    const { op } = this;
    if (features > MOST_FEATURES) {
      throw new ArgumentError(
        `${op}: expected at most ${MOST_FEATURES} features, since n features take 2ⁿ evaluations, but got ${features}; group them by a featureMask, or use ShapleyValueSampling`,
      );
    }
    if (features >= MANY_FEATURES) {
      warnOnce(`${op}: ${features} features take ${2 ** features} evaluations; ShapleyValueSampling takes fewer`);
    }
    return new EveryCoalition(features);
  }
}

/** All coalitions except the empty one; bit f of a coalition's number says whether it contains feature f. */
class EveryCoalition implements Coalitions {
  readonly total: number;
  /** |S|! (n − |S| − 1)! / n! by |S|. */
  readonly #weights: number[] = [];

  constructor(private readonly features: number) {
    this.total = 2 ** features - 1;
    let weight = 1 / features;
    for (let size = 0; size < features; size++) {
      this.#weights.push(weight);
      weight *= (size + 1) / (features - size - 1);
    }
  }

  included(start: number, end: number): Tensor {
    return this.#table(start, end, (has) => Number(has)).bool();
  }

  /**
   * v(S) − v(∅) appears with + for each feature in S (as v(S ∪ {i})), and with − for each feature outside S (as v(S)).
   */
  added(outputs: Tensor, none: Tensor, _last: Tensor, start: number, end: number): Tensor {
    const shares = this.#table(start, end, (has, size) => (has ? this.#weights[size - 1]! : -this.#weights[size]!));
    return outputs.sub(none).t().matmul(shares.to(outputs.dtype));
  }

  #table(start: number, end: number, entry: (has: boolean, size: number) => number): Tensor {
    const { features } = this;
    const table = new Float32Array((end - start) * features);
    for (let at = 0; at < end - start; at++) {
      const coalition = start + at + 1;
      let size = 0;
      for (let f = 0; f < features; f++) size += (coalition >>> f) & 1;
      for (let f = 0; f < features; f++) table[at * features + f] = entry(((coalition >>> f) & 1) === 1, size);
    }
    return tensor(table).reshape([end - start, features]);
  }
}

/**
 * Estimated Shapley values. In each of `nSamples` random orders, features are added to the baseline one by one, and
 * each gets the output's gain at its turn; the result is the mean over the orders:
 *
 *     φ_i ≈ 1/m Σ_π v(features up to i in π) − v(features before i in π)
 *
 * The values of every order add up to f(x) − f(baseline), and those of an additive model are exact. Štrumbelj &
 * Kononenko 2010, "An Efficient Explanation of Individual Classifications using Game Theory"; Castro, Gómez & Tejada
 * 2009.
 *
 *     const values = await new ShapleyValueSampling(model).attribute(x, { target: 1, nSamples: 200 });
 *
 * The orders are drawn from torch's generator.
 */
export class ShapleyValueSampling extends CoalitionMethod<ShapleyValueSamplingOptions, SamplingOrder> {
  protected get definition() {
    return { takes: { baselines: null, ...explainedDefaults, featureMask: null, nSamples: 25, ...runDefaults } };
  }

  protected coalitions(features: number, { nSamples }: Parsed<ShapleyValueSamplingOptions>): Coalitions {
    return new DrawnOrders(features, expectSamples(this.op, 'nSamples', nSamples));
  }
}

/** Coalitions that grow along random orders of the features, from one feature to all of them. */
class DrawnOrders implements Coalitions {
  readonly total: number;
  /** For each order, the position of every feature in it. Only the orders of the current batch are kept. */
  #places = new Map<number, Float32Array>();

  constructor(
    private readonly features: number,
    private readonly samples: number,
  ) {
    this.total = features * samples;
  }

  included(start: number, end: number): Tensor {
    return this.#ranks(start, end).le(this.#steps(start, end));
  }

  added(outputs: Tensor, none: Tensor, last: Tensor, start: number, end: number): Tensor {
    const before = cat([last.unsqueeze(0), outputs.narrow(0, 0, end - start - 1)], 0);
    const steps = this.#steps(start, end);
    const gains = outputs.sub(where(steps.eq(0), none.unsqueeze(0), before));
    const shares = this.#ranks(start, end).eq(steps).to(outputs.dtype).div(this.samples);
    return gains.t().matmul(shares);
  }

  /** For each coalition, the position in its order of the feature added last: [count, 1]. */
  #steps(start: number, end: number): Tensor {
    const steps = Float32Array.from({ length: end - start }, (_, at) => (start + at) % this.features);
    return tensor(steps).unsqueeze(1);
  }

  /** The positions of all features in the orders of these coalitions: [count, features]. */
  #ranks(start: number, end: number): Tensor {
    const { features } = this;
    const first = Math.floor(start / features);
    // As many orders as a batch of this size can touch, so that all batches run the same plan.
    const count = Math.ceil((end - start - 1) / features) + 1;
    const table = new Float32Array(count * features);
    const kept = new Map<number, Float32Array>();
    for (let order = first; order < Math.min(first + count, this.samples); order++) {
      const places = this.#places.get(order) ?? this.#draw();
      kept.set(order, places);
      table.set(places, (order - first) * features);
    }
    this.#places = kept;
    const rows = Float32Array.from({ length: end - start }, (_, at) => Math.floor((start + at) / features) - first);
    return tensor(table).reshape([count, features]).indexSelect(0, tensor(rows).long());
  }

  #draw(): Float32Array {
    const places = new Float32Array(this.features);
    randperm(this.features).forEach((feature, place) => {
      places[feature] = place;
    });
    return places;
  }
}
