// TCAV: how much a network's output depends on concepts, given as directions in its layers.

import { ArgumentError, cat, full, noGrad, ShapeError, Tensor, tensor } from '../../../torch';
import {
  type Arguments,
  backpressure,
  flush,
  kindOf,
  kinds,
  type Module,
  parseArgs,
  showShape,
} from '../../../torch/inside';
import { type Inputs, listInputs } from '../attribution/arguments';
import { LayerGradientXActivation } from '../attribution/input-x-gradient';
import { type Network, networkKinds } from '../attribution/model';
import { type OpenArguments, parseOpen } from '../attribution/open-arguments';
import { expectSignal, explainedDefaults, type RunOptions, reporter } from '../attribution/perturbing';
import { type Target, TargetRows } from '../attribution/target';
import { findLayer, type Layer, type LayerValue } from '../layer/capture';
import { LayerActivation } from '../layer/layer-activation';
import { LayerAttribution } from '../layer/layer-attribution';
import { type Classifier, DefaultClassifier, expectClassifier, statsOf } from './classifier';
import { batchesOf, CAV, Concept, keyOf } from './concept';

interface TcavSettings {
  /** Default 'default_model_id'. */
  modelId?: string;
  /** Default `new DefaultClassifier()`. */
  classifier?: Classifier | null;
  /**
   * The method that measures how the output depends on a layer; its `layer` is set to each of the layers in turn.
   * Default: `LayerGradientXActivation` with `multiplyByInputs: false`, which is the gradient.
   */
  layerAttrMethod?: LayerAttribution | null;
  /** Use the inputs of layers rather than their outputs; default false. */
  attributeToLayerInput?: boolean;
}

interface TcavArguments extends TcavSettings, Network {
  layers: Layer | readonly Layer[];
}

/** The options of TCAV; any others go to the classifier, such as `testSplitRatio`. */
export interface TcavOptions extends TcavSettings {
  readonly [option: string]: unknown;
}

type ProgressOptions = Omit<RunOptions, 'perturbationsPerEval'>;

interface CavOptions extends ProgressOptions {
  /** Train again even if the vectors exist; default false. */
  forceTrain?: boolean;
}

interface Experiments {
  /** Sets of concepts; a classifier separates the concepts of each set. */
  experimentalSets: readonly (readonly Concept[])[];
}

interface InterpretSettings extends ProgressOptions {
  target?: Target;
  /** Further arguments of the network, after the inputs. */
  additionalForwardArgs?: unknown;
}

/** The options of `interpret`; any others go to the method that explains layers. */
export interface InterpretOptions extends InterpretSettings {
  readonly [option: string]: unknown;
}

/** The scores of a set of concepts, in the set's order: tensors [concepts]. */
export interface TcavScores {
  /** The share of inputs whose output rises with a step towards the concept. */
  readonly signCount: Tensor;
  /** The mean slope of the output in the direction of the concept, over the inputs. */
  readonly magnitude: Tensor;
}

const progressDefaults = { showProgress: false, onProgress: null, signal: null };

/**
 * Testing with concept activation vectors. A linear classifier separates the examples of concepts by the activations of
 * a layer h; its weights v_C point towards a concept C. Over the inputs x, these are compared with the gradient of the
 * output f with respect to the layer,
 *
 *     S_C(x) = ∇f(h(x)) · v_C,   signCount = |{x : S_C(x) > 0}| / |{x}|,   magnitude = mean S_C(x)
 *
 * Kim, Wattenberg, Gilmer, Cai, Wexler, Viegas & Sayres 2018, arXiv:1711.11279.
 *
 *     const stripes = new Concept(0, 'stripes', striped);
 *     const random = new Concept(1, 'random', others);
 *     const scores = await new TCAV(model, ['features.3']).interpret(zebras, [[stripes, random]], { target: 340 });
 *     await scores['0-1']['features.3'].signCount.tolist();
 *
 * Vectors are trained once and cached in `cavs`. `computeCavs(sets, { forceTrain: true })` trains them again, for
 * instance after further training of the network. The network's mode is not changed: call `eval()` first.
 */
export class TCAV {
  readonly model: Module;
  /** The names of the layers. */
  readonly layers: readonly string[];
  readonly modelId: string;
  readonly classifier: Classifier;
  readonly layerAttrMethod: LayerAttribution;
  readonly attributeToLayerInput: boolean;
  /** Trained vectors by the key of their set ('0-1', the concepts' ids) and by layer. */
  readonly cavs: Record<string, Record<string, CAV>> = {};
  readonly #classifierOptions: Readonly<Record<string, unknown>>;
  readonly #modules: readonly Module[];

  /**
   * @throws ArgumentError if the model is not a module, a layer is not one of its modules, or the classifier lacks a
   * method
   * @param layers The layers.
   */
  constructor(
    model: Module,
    layers: Layer | readonly Layer[],
    ...args: OpenArguments<
      TcavSettings,
      ['modelId', 'classifier', 'layerAttrMethod', 'attributeToLayerInput'],
      [options?: TcavOptions]
    >
  );
  constructor(options: TcavOptions & { model: Module; layers: Layer | readonly Layer[] });
  constructor(model: Module, options: TcavOptions & { layers: Layer | readonly Layer[] });
  constructor(...args: readonly unknown[]) {
    const op = 'TCAV';
    const { own: o, others } = parseOpen<TcavArguments>(
      op,
      ['model', 'layers'],
      { modelId: 'default_model_id', classifier: null, layerAttrMethod: null, attributeToLayerInput: false },
      args,
      { ...networkKinds, modelId: kinds.text },
    );
    const { model, layers } = o;
    const list = (Array.isArray(layers) ? layers : [layers]) as readonly Layer[];
    this.#modules = list.map((layer) => findLayer(op, model, layer));
    this.model = model;
    this.layers = this.#modules.map((module, i) => nameOf(op, model, module, list[i]!));
    this.modelId = o.modelId;
    this.classifier = expectClassifier(op, o.classifier ?? new DefaultClassifier());
    if (o.layerAttrMethod !== null && !(o.layerAttrMethod instanceof LayerAttribution)) {
      throw new ArgumentError(
        `${op}: expected layerAttrMethod to explain by a layer, but got ${kindOf(o.layerAttrMethod)}`,
      );
    }
    this.layerAttrMethod =
      o.layerAttrMethod ?? new LayerGradientXActivation(model, this.#modules, { multiplyByInputs: false });
    this.attributeToLayerInput = o.attributeToLayerInput;
    this.#classifierOptions = others;
  }

  /**
   * Trains the vectors of sets of concepts for every layer, except those that are already in `cavs`.
   * @throws ArgumentError for sets of fewer than two concepts, different concepts with the same id, and concepts
   * without examples
   */
  async computeCavs(
    ...args: Arguments<
      CavOptions & Experiments,
      ['experimentalSets', 'forceTrain', 'showProgress', 'onProgress', 'signal']
    >
  ): Promise<Record<string, Record<string, CAV>>> {
    const op = 'TCAV';
    const defaults = { forceTrain: false, ...progressDefaults };
    const o = parseArgs<CavOptions & Experiments>(op, ['experimentalSets'], defaults, args);
    const sets = expectSets(op, o.experimentalSets);
    const report = reporter(op, o);
    const signal = expectSignal(op, o.signal);
    const missing = sets.filter((concepts) => {
      const known = this.cavs[keyOf(concepts)];
      return o.forceTrain || this.layers.some((layer) => !known?.[layer]);
    });
    const concepts = new Set(missing.flat());
    const total = concepts.size + missing.length * this.layers.length;
    let done = 0;
    const step = (): void => {
      done++;
      signal?.throwIfAborted();
      report({ done, total });
    };
    signal?.throwIfAborted();
    const activations = new Map<Concept, readonly Tensor[]>();
    for (const concept of concepts) {
      activations.set(concept, await this.#activations(op, concept, signal));
      step();
    }
    for (const each of missing) {
      const cavs: Record<string, CAV> = {};
      for (const [i, layer] of this.layers.entries()) {
        cavs[layer] = await this.#train(op, each, layer, (concept) => activations.get(concept)![i]!);
        step();
      }
      this.cavs[keyOf(each)] = cavs;
    }
    return this.cavs;
  }

  /**
   * How the output for the inputs depends on the concepts of each set: `scores['0-1']['conv2']` for concepts 0 and 1
   * and layer 'conv2'.
   * @throws ArgumentError, ShapeError, IndexError for arguments that do not fit
   */
  interpret(
    inputs: Inputs,
    experimentalSets: Experiments['experimentalSets'],
    ...args: OpenArguments<
      InterpretSettings,
      ['target', 'additionalForwardArgs', 'showProgress', 'onProgress', 'signal'],
      [options?: InterpretOptions]
    >
  ): Promise<Record<string, Record<string, TcavScores>>>;
  interpret(
    inputs: Inputs,
    options: InterpretOptions & Experiments,
  ): Promise<Record<string, Record<string, TcavScores>>>;
  interpret(
    options: InterpretOptions & Experiments & { inputs: Inputs },
  ): Promise<Record<string, Record<string, TcavScores>>>;
  async interpret(...args: readonly unknown[]): Promise<Record<string, Record<string, TcavScores>>> {
    const op = 'TCAV';
    const { own, others: rest } = parseOpen<InterpretSettings & Experiments & { inputs: Inputs }>(
      op,
      ['inputs', 'experimentalSets'],
      { ...explainedDefaults, ...progressDefaults },
      args,
    );
    const { inputs, target, additionalForwardArgs, showProgress, onProgress, signal } = own;
    if ('attributeToLayerInput' in rest) {
      throw new ArgumentError(
        `${op}: expected attributeToLayerInput as an option of the constructor, since training uses it, too`,
      );
    }
    listInputs(op, inputs);
    TargetRows.of(op, target);
    const sets = expectSets(op, own.experimentalSets);
    await this.computeCavs(sets, { showProgress, onProgress, signal });
    const scores: Record<string, Record<string, TcavScores>> = {};
    for (const [i, layer] of this.layers.entries()) {
      const given = { ...rest, target, additionalForwardArgs, attributeToLayerInput: this.attributeToLayerInput };
      const dependence = await this.#dependence(this.#modules[i]!, inputs, given);
      for (const concepts of sets) {
        const key = keyOf(concepts);
        const known = scores[key] ?? {};
        known[layer] = scored(op, dependence, this.cavs[key]![layer]!, concepts);
        scores[key] = known;
      }
    }
    return scores;
  }

  /** How the output depends on a layer, for each input and feature: [N, features]. */
  async #dependence(layer: Module, inputs: Inputs, options: object): Promise<Tensor> {
    const method = this.layerAttrMethod as LayerAttribution & {
      attribute(inputs: Inputs, options: object): LayerValue | Promise<LayerValue>;
    };
    const before = method.layer;
    method.layer = layer;
    try {
      return flattened(await method.attribute(inputs, options));
    } finally {
      method.layer = before;
    }
  }

  /** The activations of each layer for a concept's examples: [n, features]. */
  async #activations(op: string, concept: Concept, signal: AbortSignal | null): Promise<readonly Tensor[]> {
    const watched = new LayerActivation(this.model, this.#modules);
    const parts: Tensor[][] = this.layers.map(() => []);
    for await (const batch of batchesOf(op, concept)) {
      signal?.throwIfAborted();
      const seen = watched.attribute(batch, { attributeToLayerInput: this.attributeToLayerInput });
      for (const [i, value] of seen.entries()) parts[i]!.push(flattened(value));
      flush();
      await backpressure();
    }
    return parts.map((list) => {
      if (list.length > 0) return noGrad(() => cat(list));
      throw new ArgumentError(`${op}: expected ${concept} to have examples, but it gave none`);
    });
  }

  async #train(
    op: string,
    concepts: readonly Concept[],
    layer: string,
    activations: (concept: Concept) => Tensor,
  ): Promise<CAV> {
    const data = concepts.map((concept): readonly [Tensor, Tensor] => {
      const x = activations(concept);
      return [x, full([x.shape[0]!], concept.id, { dtype: 'int64' })];
    });
    const told = statsOf(await this.classifier.trainAndEval(data, this.#classifierOptions));
    const weights: unknown = this.classifier.weights();
    const classes = [...this.classifier.classes()].map(Number);
    const features = data[0]![0].shape[1]!;
    if (!(weights instanceof Tensor) || showShape(weights.shape) !== showShape([classes.length, features])) {
      const got = weights instanceof Tensor ? `shape ${showShape(weights.shape)}` : kindOf(weights);
      throw new ShapeError(
        `${op}: expected the classifier's weights to be of shape ${showShape([classes.length, features])}, but got ${got}`,
      );
    }
    for (const { id } of concepts) {
      if (!classes.includes(id)) {
        throw new ArgumentError(`${op}: expected the classifier's classes to hold concept ${id}, but got ${classes}`);
      }
    }
    return new CAV(concepts, layer, { ...told, weights, classes }, this.modelId);
  }
}

/** A layer's name within its network: as given, if it was given by name. */
function nameOf(op: string, model: Module, module: Module, given: Layer): string {
  if (typeof given === 'string') return given;
  const found = model.namedModules().find(([name, each]) => each === module && name !== '');
  if (found) return found[0];
  throw new ArgumentError(`${op}: expected a layer of the model, but got a module that it does not hold`);
}

function expectSets(op: string, sets: unknown): readonly (readonly Concept[])[] {
  const isSet = (set: unknown): set is readonly Concept[] =>
    Array.isArray(set) && set.every((concept) => concept instanceof Concept);
  if (!Array.isArray(sets) || !sets.every(isSet)) {
    throw new ArgumentError(
      `${op}: expected experimentalSets to be a list of lists of Concepts, but got ${kindOf(sets)}`,
    );
  }
  const known = new Map<number, Concept>();
  for (const set of sets) {
    if (set.length < 2) {
      throw new ArgumentError(
        `${op}: expected sets of at least two concepts, which a classifier separates, but got ${set.length}`,
      );
    }
    for (const concept of set) {
      const other = known.get(concept.id) ?? concept;
      if (other !== concept) {
        throw new ArgumentError(`${op}: expected one concept of number ${concept.id}, but got ${other} and ${concept}`);
      }
      known.set(concept.id, concept);
    }
  }
  return sets;
}

/** A layer's values for each example, in one row: [N, features]. */
function flattened(value: LayerValue): Tensor {
  const rows = (x: Tensor): Tensor => x.detach().reshape([x.shape[0]!, -1]);
  return noGrad(() => (value instanceof Tensor ? rows(value) : cat(value.map(rows), 1)).float());
}

function scored(op: string, dependence: Tensor, cav: CAV, concepts: readonly Concept[]): TcavScores {
  const { weights, classes } = cav.stats;
  if (weights.shape[1] !== dependence.shape[1]) {
    throw new ShapeError(
      `${op}: expected vectors of ${dependence.shape[1]} features for layer '${cav.layer}', but got ${weights.shape[1]}; compute them with forceTrain for inputs of this size`,
    );
  }
  return noGrad(() => {
    const order = tensor(
      concepts.map(({ id }) => classes.indexOf(id)),
      { dtype: 'int64' },
    );
    const scores = dependence.matmul(weights.detach().float().t().indexSelect(1, order));
    return { signCount: scores.gt(0).float().mean(0), magnitude: scores.mean(0) };
  });
}
