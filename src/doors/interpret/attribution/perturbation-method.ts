// The base class of methods that change the inputs, in batches, to explain an output. They return promises.
import { type Arguments, type CarriedPromise, carried, type Parsed, parseArgs } from '../../../torch/inside';
import { type Attributions, type Compared, compared, type Inputs, listInputs } from './arguments';
import { PerturbationAttribution } from './attribution';
import type { InMode } from './in-mode';
import type { Definition } from './method';
import { explainedDefaults, runDefaults } from './perturbing';

/** Defaults of methods that replace features by baselines. */
export const featureDefaults = { baselines: null, ...explainedDefaults, featureMask: null, ...runDefaults };

/** A method that changes inputs; O are the options of `attribute`, `Order` their positions. */
export abstract class PerturbationMethod<
  O extends object,
  Order extends readonly (keyof O)[],
> extends PerturbationAttribution {
  protected abstract get definition(): Pick<Definition, 'takes' | 'required'>;

  protected abstract explained(inMode: InMode, listed: Compared, options: Parsed<O>): PromiseLike<unknown>;

  /**
   * Attributions of the inputs' shapes; [1, …] if the model returns one number for the whole batch.
   * @throws ArgumentError, ShapeError or IndexError for arguments that do not fit
   */
  attribute<const I extends Inputs>(inputs: I, ...args: Arguments<O, Order>): CarriedPromise<Attributions<I>>;
  attribute<const I extends Inputs>(options: O & { inputs: I }): CarriedPromise<Attributions<I>>;
  attribute(...args: readonly unknown[]): CarriedPromise<unknown> {
    return carried(async (inMode) => {
      const { op } = this;
      const { takes, required = [] } = this.definition;
      const options = parseArgs<object>(op, ['inputs', ...required] as never[], takes, args);
      const { inputs, baselines } = options as { readonly inputs: unknown; readonly baselines?: unknown };
      return this.explained(inMode, compared(op, listInputs(op, inputs), baselines), options as Parsed<O>);
    });
  }
}
