// torchvision's enumerations of weights: the address of each file, facts about it, and the transforms that prepare
// pictures for it.

import { ArgumentError, type hub, type nn } from '../../../../torch';
import { Printable, shown } from '../../../../torch/inside';
import type { Interpolation } from '../../transforms/arguments';
import {
  ImageClassification,
  ObjectDetection,
  type Preset,
  type PresetOptions,
  SemanticSegmentation,
} from '../../transforms/presets';
import { loadTrained } from './mirror';

/** `T`, excluded from inference: `NoInfer` for TypeScript before 5.4. */
type Known<T> = [T][T extends unknown ? 0 : never];

/** The facts about trained weights. */
export interface WeightsMeta {
  /** The names of the classes, in the order of the scores; null for feature weights without a classifier. */
  readonly categories: readonly string[] | null;
  /** Height and width of the smallest images that the network takes. */
  readonly minSize: readonly [height: number, width: number];
  readonly numParams: number;
  /** How the weights were trained. */
  readonly recipe: string;
  readonly license?: string;
  /** Accuracy by data set, in percent: `acc@1` and `acc@5`, `miou` and `pixel_acc`, or `box_map`. */
  readonly _metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Multiplications and additions per image, in 10⁹. */
  readonly _ops: number;
  /** Size of the file in MiB. */
  readonly _fileSize: number;
}

/**
 * A line of the table, with words separated by spaces: the file (a full address unless it is on torchvision's server),
 * the page about the training (likewise), the side of the smallest images, the number of parameters, one or two
 * metrics, 10⁹ multiplications and additions, and the file's size in MiB.
 */
export type WeightsEntry = string | readonly [line: string, differences: WeightsDifferences];

/** How weights differ from the usual ones. */
interface WeightsDifferences {
  /** Side of the crop; null for segmentation, which does not crop. Default: 224. */
  readonly crop?: number | null;
  /** Length of the shorter side before the crop. Default: 256. */
  readonly resize?: number;
  readonly interpolation?: Interpolation;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly license?: string;
  /** False for feature weights without a classifier. Default: true. */
  readonly classes?: boolean;
}

/** The address of torchvision's files. */
const FILES = 'https://download.pytorch.org/models/';
/** The address of torchvision's training scripts; they describe how most weights were trained. */
const REFERENCES = 'https://github.com/pytorch/vision/tree/main/references/';

/** For each task: the data set of the weights, the number of its classes, and the metrics. */
const tasks = {
  imagenet: { data: 'ImageNet-1K', classes: 1000, metrics: ['acc@1', 'acc@5'] },
  coco: { data: 'COCO-val2017-VOC-labels', classes: 21, metrics: ['miou', 'pixel_acc'] },
  detection: { data: 'COCO-val2017', classes: 91, metrics: ['box_map', 'mask_map'] },
} as const;

type Task = keyof typeof tasks;

/** Class names by task, registered by the enumerations that come with names. */
const categories = new Map<Task, readonly string[]>();

/**
 * Trained weights of a network: a member of an enumeration such as `ResNet50_Weights`.
 *
 *     const weights = models.ResNet50_Weights.IMAGENET1K_V2;
 *     const model = await models.resnet50({ weights });
 *     const scores = model.eval()(weights.transforms()(picture).unsqueeze(0));
 *     weights.meta.categories[await scores.argmax().item()];
 */
export class Weights extends Printable {
  /** The address of the file. */
  readonly url: string;
  /** Number of classes; null for feature weights without a classifier. */
  readonly numClasses: number | null;
  readonly meta: WeightsMeta;
  readonly #differences: WeightsDifferences;
  readonly #task: Task;

  constructor(
    /** The enumeration's name, such as `ResNet50_Weights`. */
    readonly enumeration: string,
    /** The name in the enumeration, such as `IMAGENET1K_V2`. */
    readonly name: string,
    /** 'binary', 'multiclass' or 'multilabel'. */
    task: Task,
    /** A row of the table of weights. */
    entry: WeightsEntry,
  ) {
    super();
    const { data, classes, metrics } = tasks[task];
    const [line, differences]: readonly [string, WeightsDifferences] = typeof entry === 'string' ? [entry, {}] : entry;
    const { license } = differences;
    const [file, recipe, ...facts] = line.split(' ') as [string, string, ...string[]];
    const [minSize, numParams, ...rest] = facts.map(Number) as [number, number, ...number[]];
    // Detectors without masks have no metric for masks.
    const measured = metrics.slice(0, rest.length - 2);
    const [ops, fileSize] = rest.slice(measured.length) as [number, number];
    this.url = new URL(file, FILES).href;
    this.numClasses = differences.classes === false ? null : classes;
    this.#differences = differences;
    this.#task = task;
    this.meta = Object.defineProperty(
      {
        categories: null,
        minSize: [minSize, minSize],
        numParams,
        recipe: new URL(recipe, REFERENCES).href,
        ...(license !== undefined && { license }),
        _metrics: { [data]: Object.fromEntries(measured.map((metric, i) => [metric, rest[i]!])) },
        _ops: ops,
        _fileSize: fileSize,
      } satisfies WeightsMeta,
      'categories',
      { enumerable: true, get: () => (this.numClasses === null ? null : (categories.get(task) ?? null)) },
    );
  }

  /** The transform that prepares pictures for the network; options replace those of the training. */
  transforms(options: PresetOptions = {}): Preset {
    if (this.#task === 'detection') return new ObjectDetection();
    const { crop = 224, resize, interpolation, mean, std } = this.#differences;
    const trained = {
      ...(resize !== undefined && { resizeSize: resize }),
      ...(interpolation !== undefined && { interpolation }),
      ...(mean !== undefined && { mean }),
      ...(std !== undefined && { std }),
    };
    if (crop === null) return new SemanticSegmentation({ ...trained, ...options });
    return new ImageClassification({ cropSize: crop, ...trained, ...options });
  }

  /**
   * Loads the file, or its copy from `setWeightsMirror`, and keeps it: see `torch.hub.loadStateDictFromUrl`, which has
   * the same options.
   */
  getStateDict(options: hub.HubOptions = {}): Promise<nn.StateDict> {
    return loadTrained(this.url, options);
  }

  /** Prints as in torchvision: `ResNet50_Weights.IMAGENET1K_V2`. */
  override toString(): string {
    return `${this.enumeration}.${this.name}`;
  }
}

/** An enumeration of weights: members by name, `DEFAULT` for the best of them, and all of them in a loop. */
export type WeightsEnum<Names extends string = string> = WeightsEnumeration & {
  readonly [Name in Names | 'DEFAULT']: Weights;
};

/** Base of enumerations of weights. */
export class WeightsEnumeration extends Printable {
  readonly #members: readonly Weights[];

  constructor(
    /** Its name, such as `ResNet50_Weights`. */
    readonly name: string,
    members: readonly Weights[],
    best: Weights,
  ) {
    super();
    this.#members = members;
    for (const member of [...members, best]) {
      const name = member === best && Object.hasOwn(this, member.name) ? 'DEFAULT' : member.name;
      Object.defineProperty(this, name, { value: member, enumerable: true });
    }
  }

  [Symbol.iterator](): IterableIterator<Weights> {
    return this.#members[Symbol.iterator]();
  }

  /**
   * The given member, itself or by name: `IMAGENET1K_V1`, `DEFAULT`, `ResNet18_Weights.IMAGENET1K_V1`.
   *
   * @throws ArgumentError if the value is not a member
   */
  verify(given: Weights | string): Weights {
    const names = this.#members.map(({ name }) => name);
    const wrong = () =>
      new ArgumentError(
        `${this.name}: expected ${[...names, 'DEFAULT'].join(', ')}, but got ${given instanceof Weights ? given : shown(given)}`,
      );
    if (given instanceof Weights) {
      if (!this.#members.includes(given)) throw wrong();
      return given;
    }
    const name = given.replace(`${this.name}.`, '');
    if (name !== 'DEFAULT' && !names.includes(name)) throw wrong();
    return Reflect.get(this, name) as Weights;
  }

  /** Prints as in Python: `<enum 'ResNet50_Weights'>`. */
  override toString(): string {
    return `<enum '${this.name}'>`;
  }
}

/** Makes an enumeration of weights trained for one task; `best` is its default. */
/* @__NO_SIDE_EFFECTS__ */
export function enumeration<Names extends string>(
  name: string,
  task: Task,
  best: Known<Names>,
  entries: Readonly<Record<Names, WeightsEntry>>,
): WeightsEnum<Names> {
  const all = Object.entries(entries) as [Names, WeightsEntry][];
  const members = all.map(([member, entry]) => new Weights(name, member, task, entry));
  const chosen = members.find((member) => member.name === best)!;
  return new WeightsEnumeration(name, members, chosen) as WeightsEnum<Names>;
}

/** Gives the members of an enumeration the names of their classes, and returns the enumeration. */
/* @__NO_SIDE_EFFECTS__ */
export function naming<E extends WeightsEnumeration>(task: Task, names: readonly string[], given: E): E {
  categories.set(task, names);
  return given;
}
