// Layer-wise relevance propagation: distributes an output back through the layers, in shares.
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

/** Rules by module or by module name; null passes relevance through unchanged. */
export type LayerRules = ReadonlyMap<Layer, PropagationRule | null> | Readonly<Record<string, PropagationRule | null>>;

/** The constructor options of `LRP`, besides the model. */
export interface LRPSettings {
  /** Rules of layers; they take precedence over the modules' attribute `rule`. */
  rules?: LayerRules | null;
}

/** The options of `LRP`. */
export interface LRPOptions extends AttributionOptions {
  /** Also return f(x) − Σ attributions for every example; default false. */
  returnConvergenceDelta?: boolean;
  /** Log the rule of each layer to the console; default false. */
  verbose?: boolean;
}

type LRPOrder = ['target', 'additionalForwardArgs', 'returnConvergenceDelta'];

/** Reads and checks the rules given to a constructor. */
function givenRules(op: string, model: Module, rules: LayerRules | null): GivenRules {
  if (rules !== null && !(rules instanceof Map) && !isPlainObject(rules)) {
    throw new ArgumentError(`${op}: expected rules to be a Map, an object or null, but got ${kindOf(rules)}`);
  }
  const entries: Iterable<[Layer, PropagationRule | null]> = rules instanceof Map ? rules : Object.entries(rules ?? {});
  const given = new Map([...entries].map(([layer, rule]) => [findLayer(op, model, layer), rule]));
  expectRules(op, model, given);
  return given;
}

/** The constructor's options after they are read. */
interface Kept {
  readonly given: GivenRules;
}

/** The definition shared by LRP and LayerLRP: each example's chosen output, distributed back in shares. */
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
    // Distribute 1 instead of the output itself, and multiply by the output afterwards: so relevance has the sign of
    // the output for what supports it.
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
 * Layer-wise relevance propagation: starting at the explained output, whose relevance is its value, every layer passes
 * the relevance of its outputs back to its inputs by a rule. If no layer has a bias, the sum of relevance is conserved.
 *
 *     const [attributions, delta] = new LRP(model).attribute(x, { target: 3, returnConvergenceDelta: true });
 *     model.conv1.rule = new GammaRule();
 *     new LRP(model, { rules: { conv2: new EpsilonRule(0.1) } }).attribute(x, { target: 3 });
 *
 * `Linear`, convolutions, batch normalisation, `MaxPool1d` to `MaxPool3d`, average pooling and `Addition_Module` have
 * the `EpsilonRule` by default. `ReLU`, `Tanh` and `Dropout` pass relevance on unchanged, and so do modules that only
 * rearrange elements. A module with its own rule counts as one layer, even if it has children. Functions between the
 * modules, such as `F.relu` and views, pass relevance by their gradients; a sum in the network must be an
 * `Addition_Module`. If a value gets relevance from several paths, as h does in relu(h) + h, the shares are added;
 * Captum 0.9 counts only one of them.
 *
 * Bach et al. 2015, doi:10.1371/journal.pone.0130140; Montavon, Samek, Müller 2018, doi:10.1016/j.dsp.2017.10.011.
 */
export class LRP extends Attribution {
  readonly model: Module;
  readonly #kept: Kept;

  /** @throws ArgumentError if `model` is not an `nn.Module`, or a rule is not a `PropagationRule` */
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
   * Attributions of the inputs' shapes; with `returnConvergenceDelta`, the pair [attributions, delta], the delta of
   * shape [N].
   * @throws ArgumentError for a layer without a rule, and for a layer with a rule that is called twice; ArgumentError,
   * ShapeError or IndexError for inputs and targets that do not fit; DTypeError for inputs that are not floating-point
   */
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<WithDelta<LRPOptions>, [...LRPOrder, 'verbose']>
  ): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<WithoutDelta<LRPOptions>, [...LRPOrder, 'verbose']>
  ): Attributions<I>;
  attribute<const I extends Inputs>(options: WithDelta<LRPOptions> & { inputs: I }): [Attributions<I>, Tensor];
  attribute<const I extends Inputs>(options: WithoutDelta<LRPOptions> & { inputs: I }): Attributions<I>;
  attribute<const I extends Inputs>(
    inputs: I,
    ...args: Arguments<LRPOptions, [...LRPOrder, 'verbose']>
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

  /** f(x) − Σ attributions for every example, where `output` is f(x): the relevance absorbed by biases and by ε. */
  computeConvergenceDelta(
    ...args: Arguments<
      {
        /** An attribution for each element of the input. */ attributions: Inputs;
        /** The output of the network. */
        output: Tensor;
      },
      ['attributions', 'output']
    >
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

/** The options of `LayerLRP`. */
export interface LayerLRPOptions extends LRPOptions, LayerOptions {}

/**
 * The relevance of a layer's output, or of its input with `attributeToLayerInput`, computed as in `LRP`. Several layers
 * give a list of attributions, and a list of deltas.
 *
 * Bach et al. 2015, doi:10.1371/journal.pone.0130140.
 */
export class LayerLRP<L extends Layer | readonly Layer[] = Layer> extends LayerDeltaMethod<
  L,
  LayerLRPOptions,
  [...LRPOrder, 'attributeToLayerInput', 'verbose'],
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
