// Loads the library's other modules when Python first imports the corresponding packages, and gives Python access to
// objects of their classes.
import type { Tensor } from '../../torch';
import { isTensorObject as isTensor, Module } from '../../torch/inside';
import { openSpace, show } from './bridge';
import { share } from './handles';

type AnyFunction = (...args: unknown[]) => unknown;
type AnyClass = new (...args: unknown[]) => object;

/** Makes the parts of a library module available under the names of Python modules. */
function openAll(parts: Readonly<Record<string, object>>): void {
  for (const [name, space] of Object.entries(parts)) openSpace(name, space);
}

const doors: Readonly<Record<string, () => Promise<void>>> = {
  async torchvision() {
    const { models, transforms, datasets, ops, utils, io, tvTensors, detection, Picture } = await import(
      '../vision/index'
    );
    const { toldByPython } = await import('../vision/models/graph-nodes');
    openAll({
      torchvision: { Picture },
      'torchvision.models': models,
      'torchvision.models.feature_extraction': toldByPython,
      'torchvision.models.detection': detection,
      'torchvision.models.segmentation': models.segmentation,
      'torchvision.transforms': transforms,
      'torchvision.transforms.functional': transforms.functional,
      'torchvision.datasets': datasets,
      'torchvision.ops': ops,
      'torchvision.utils': utils,
      'torchvision.io': io,
      'torchvision.tv_tensors': tvTensors,
    });
  },
  async torchmetrics() {
    const metrics = await import('../metrics/index');
    openAll({
      torchmetrics: metrics,
      'torchmetrics.functional': metrics.functional,
      'torchmetrics.functional.segmentation': metrics.functional.segmentation,
      'torchmetrics.segmentation': metrics.segmentation,
    });
  },
  async onnx() {
    openSpace('torch.onnx', await import('../onnx/index'));
  },
  async tensorboard() {
    openSpace('torch.utils.tensorboard', await import('../tensorboard/index'));
  },
  async captum() {
    const interpret = await import('../interpret/index');
    openAll({ 'captum.attr': interpret, 'captum.attr.visualization': interpret.visualization });
  },
};

const opened = new Set<string>();

async function open(name: string): Promise<void> {
  await doors[name]!();
  opened.add(name);
}

/**
 * Loads all modules, for interpreters that cannot wait during an import. If a module fails to load, loading is tried
 * again when Python imports it.
 */
export async function openDoors(): Promise<void> {
  await Promise.allSettled(Object.keys(doors).map(open));
}

/** Marks the tensors among the arguments as shared, since the object may hold them from now on. */
function shareTensors(args: readonly unknown[]): void {
  for (const arg of args.flat()) if (isTensor(arg)) share(arg as Tensor);
}

/** The module that Python imports as `_lamplight_doors`. */
export const doorsBridge = {
  open,
  isOpen: (name: string): boolean => opened.has(name),
  isModuleClass: (made: AnyClass): boolean => made.prototype instanceof Module || (made as unknown) === Module,
  /** The names of the base classes of a class, nearest first. */
  bases(made: AnyClass): string[] {
    const names: string[] = [];
    for (
      let at: unknown = Object.getPrototypeOf(made);
      typeof at === 'function' && at.name;
      at = Object.getPrototypeOf(at)
    ) {
      names.push(at.name);
    }
    return names;
  },
  maker:
    (made: AnyClass) =>
    (...args: unknown[]): object => {
      shareTensors(args);
      return new made(...args);
    },
  statics: (made: AnyClass): string[] =>
    Object.getOwnPropertyNames(made).filter(
      (name) => name !== 'prototype' && typeof Reflect.get(made, name) === 'function',
    ),
  /** Whether a member of an object is a method or a value; null if there is no such member. */
  kind(object: object, name: string): 'method' | 'value' | null {
    if (!(name in object)) return null;
    const value: unknown = Reflect.get(object, name);
    return typeof value === 'function' && !isTensor(value) && !(value instanceof Module) ? 'method' : 'value';
  },
  /**
   * A function that calls the method `name` of an object, or the object itself if there is no name. The object may keep
   * the result.
   */
  method:
    (object: object, name?: string) =>
    (...args: unknown[]): unknown => {
      shareTensors(args);
      const call = (name === undefined ? object : Reflect.get(object, name)) as AnyFunction;
      return show(Reflect.apply(call, object, args), false, object);
    },
  isCallable: (object: unknown): boolean => typeof object === 'function',
  text: (object: object): string => String(object),
  set: (object: object, name: string, value: unknown): boolean => {
    shareTensors([value]);
    return Reflect.set(object, name, value);
  },
  length: (object: object): unknown => Reflect.get(object, 'length'),
  /** The items of an iterable object. */
  items: (object: Iterable<unknown>): unknown[] => Array.from(object, (item) => show(item, false)),
};
