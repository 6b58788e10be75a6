// Layer-wise relevance propagation: an output, handed back layer by layer in shares.
import { ArgumentError, type Tensor } from '../../../torch';
import { type Arguments, isPlainObject, kindOf, type Module, parseArgs } from '../../../torch/inside';
import { findLayer, type Layer } from '../layer/capture';
import type { LayerOptions } from '../layer/layer-attribution';
import { LayerDeltaMethod, type OfLayer } from '../layer/layer-method';
import { type Attributions, type Inputs, likeInputs, listFloats, listInputs } from './arguments';
import { Attribution, type AttributionOptions, opOf, sumRows } from './attribution';
import { gradientsOf } from './gradients';
import type { WithDelta, WithoutDelta } from './input-method';
import { expectRules, type GivenRules, type PropagationRule, relevanceRules } from './lrp-rules';
import { type Asked, apart, type Definition, fromInputs, ruled } from './method';
import { chosen, explaining, type Network, networkKinds } from './model';
import { expectOneEach } from './target';

/** Rules by modules or by their names; null where relevance goes through as it is. */
export type LayerRules = ReadonlyMap<Layer, PropagationRule | null> | Readonly<Record<string, PropagationRule | null>>;

/** What LRP is made with, by name, beside the model. */
export interface LRPSettings {
  /** Rules of layers, before those that modules have in their attribute `rule`. */
  rules?: LayerRules | null;
}

/** What LRP takes by name. */
export interface LRPOptions extends AttributionOptions {
  /** Give also f(x) − Σ attributions for every example; default false. */
  returnConvergenceDelta?: boolean;
  /** Write to the console which layer has which rule; default false. */
  verbose?: boolean;
}

type Order = ['target', 'additionalForwardArgs', 'returnConvergenceDelta'];

/** The rules that a constructor was given. */
function givenRules(op: string, model: Module, rules: LayerRules | null): GivenRules {
  if (rules !== null && !(rules instanceof Map) && !isPlainObject(rules)) {
    throw new ArgumentError(`${op}: expected rules to be a Map, an object or null, but got ${kindOf(rules)}`);
  }
  const entries: Iterable<[Layer, PropagationRule | null]> = rules instanceof Map ? rules : Object.entries(rules ?? {});
  const given = new Map([...entries].map(([layer, rule]) => [findLayer(op, model, layer), rule]));
  expectRules(op, model, given);
  return given;
}

/** The part of the constructor's options that is kept. */
interface Kept {
  readonly given: GivenRules;
}

/** The chosen output of every example, handed back in shares. */
const relevance = {
  ofNetwork: true,
  floats: true,
  multiplies: true,
  made: { rules: null },
  settled: (op: string, model: Module, { rules }: Required<LRPSettings>): Kept => ({
    given: givenRules(op, model, rules),
  }),
  rules: (op: string, model: Module, { given }: Kept, { verbose }: LRPOptions) =>
    relevanceRules(op, model, given, (rule, layer) => {
      if (verbose) console.log(`Applied ${rule.constructor.name} on layer ${layer}`);
    }),
  find({ call, from, listed }: Pick<Asked, 'call' | 'from' | 'listed'>) {
    const [outputs, places] = from.seen(listed.inputs, (inputs) => chosen(call, inputs));
    expectOneEach(call.op, outputs);
    const output = outputs.detach().reshape(-1);
    // Shares of 1 of each output, so that the sign of the output is that of what speaks for it.
    const shares = gradientsOf(outputs, places.flat());
    const found = shares.map((share) => share.mul(output.reshape([-1, ...share.shape.slice(1).map(() => 1)])));
    const attributions = apart(found, places);
    return { attributions, delta: () => attributions.map((each) => relevanceDelta(each, output)) };
  },
};

/** f(x) − Σ attributions for every example. */
const relevanceDelta = (attributions: readonly Tensor[], output: Tensor): Tensor =>
  output.reshape(-1).sub(attributions.map(sumRows).reduce((a, b) => a.add(b)));

/**
 * Layer-wise relevance propagation: every layer hands the relevance of its outputs back to its inputs by a rule, from the output that is
 * explained, whose relevance is its value, to the inputs. Where no layer has a bias, relevance is conserved.
 *
 *     const [attributions, delta] = new LRP(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *     model.conv1.rule = new GammaRule();
 *     new LRP(model, { rules: { conv2: new EpsilonRule(0.1) } }).attribute(x, { target: 3 });
 *
 * `Linear`, convolutions, batch normalisation, `MaxPool1d` to `MaxPool3d`, average pooling and `Addition_Module` have the `EpsilonRule` by
 * default. `ReLU`, `Tanh` and `Dropout` hand relevance on as it is, and so do modules that move elements alone. A module with a rule of its
 * own is one layer, even where it has parts. Of functions between the modules, such as `F.relu` and views, the gradient is taken; a sum in
 * the network has to be an `Addition_Module`. Relevance that comes back to a value on several ways, as to h of relu(h) + h, is the sum of
 * them all; Captum 0.9 counts such a value's relevance once.
 *
 * Bach et al. 2015, doi:10.1371/journal.pone.0130140; Montavon, Samek, Müller 2018, doi:10.1016/j.dsp.2017.10.011.
 */
export class LRP extends Attribution {
  readonly model: Module;
  readonly #kept: Kept;

  /** @throws ArgumentError unless `model` is an `nn.Module`, and for rules that are none */
  constructor(...args: Arguments<Network & LRPSettings, ['model', 'rules']>) {
    const op = opOf(new.target);
    const { model, rules } = parseArgs<Network & LRPSettings>(op, ['model'], { rules: null }, args, networkKinds);
    super(model);
    this.model = model;
    this.#kept = relevance.settled(op, model, { rules });
  }

  override get multipliesByInputs(): boolean {
    return true;
  }

  override hasConvergenceDelta(): boolean {
    return true;
  }

  /**
   * Attributions of the inputs' shapes; with `returnConvergenceDelta` a pair of them and of the delta [N].
   * @throws ArgumentError for a layer without a rule, and for one with a rule that is called twice; ArgumentError, ShapeError, IndexError for
   * inputs and targets that do not fit; DTypeError for inputs that are no floats
   */
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<WithDelta<LRPOptions>, [...Order, 'verbose']>
  ): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<WithoutDelta<LRPOptions>, [...Order, 'verbose']>
  ): Attributions<I>;
  attribute<const I extends Inputs>(options: WithDelta<LRPOptions> & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: WithoutDelta<LRPOptions> & { inputs: I }): Attributions<I>;
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<LRPOptions, [...Order, 'verbose']>
  ): Attributions<I> | [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: LRPOptions & { inputs: I }): Attributions<I> | [Attributions<I>, Tensor];
  attribute(...args: readonly unknown[]): unknown {
    const { op, model } = this;
    const o = parseArgs<Required<LRPOptions> & { inputs: Inputs }>(
      op,
      ['inputs'],
      { target: null, additionalForwardArgs: null, returnConvergenceDelta: false, verbose: false },
      args,
    );
    const listed = listFloats(op, o.inputs);
    const call = ruled(this.call(o.target, o.additionalForwardArgs), relevance.rules(op, model, this.#kept, o));
    return explaining(model, true, () => {
      const { attributions, delta } = relevance.find({ call, from: fromInputs, listed });
      const formed = likeInputs(listed, attributions[0]!);
      return o.returnConvergenceDelta ? [formed, delta()[0]] : formed;
    });
  }

  /** f(x) − Σ attributions for every example, where `output` holds f(x): what biases and ε have taken. */
  computeConvergenceDelta(
    ...args: Arguments<{ attributions: Inputs; output: Tensor }, ['attributions', 'output']>
  ): Tensor {
    const o = parseArgs<{ attributions: Inputs; output: Tensor }>(
      'computeConvergenceDelta',
      ['attributions', 'output'],
      {},
      args,
    );
    const [output] = listInputs(this.op, o.output).inputs;
    return explaining(this.model, false, () => relevanceDelta(listInputs(this.op, o.attributions).inputs, output!));
  }
}

/** What LayerLRP takes by name. */
export interface LayerLRPOptions extends LRPOptions, LayerOptions {}

/**
 * The relevance of what a layer gives, or gets with `attributeToLayerInput`, as `LRP` finds it; several layers give a list, of deltas too.
 *
 * Bach et al. 2015, doi:10.1371/journal.pone.0130140.
 */
export class LayerLRP<L extends Layer | readonly Layer[] = Layer> extends LayerDeltaMethod<
  L,
  LayerLRPOptions,
  [...Order, 'attributeToLayerInput', 'verbose'],
  OfLayer<L, LRPSettings, ['rules'], Network>,
  L extends readonly unknown[] ? Tensor[] : Tensor
> {
  declare readonly model: Module;

  protected override get definition(): Definition {
    const takes = {
      target: null,
      additionalForwardArgs: null,
      returnConvergenceDelta: false,
      attributeToLayerInput: false,
      verbose: false,
    };
    return { ...relevance, takes };
  }
}
