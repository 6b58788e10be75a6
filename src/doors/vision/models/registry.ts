// Networks by name: the list of names, the function of each network, and its trained weights.

import { ArgumentError } from '../../../torch';
import { type Arguments, expectKind, isPlainObject, kinds, type Module, parseArgs, shown } from '../../../torch/inside';
import * as detectors from '../detection/builders';
import { alexnet } from './alexnet';
import { type NetworkBuilder, weightsOf } from './builder';
import { convnextTiny } from './convnext';
import { dcgan } from './dcgan';
import { densenet121, densenet161, densenet169, densenet201 } from './densenet';
import { efficientnetB0, efficientnetB1, efficientnetB2, efficientnetB3 } from './efficientnet';
import { efficientnetLite0 } from './efficientnet-lite';
import { googlenet } from './googlenet';
import { inceptionV3 } from './inception';
import { lenet5, lenet5Paper } from './lenet';
import { mobilenetV2 } from './mobilenetv2';
import { mobilenetV3Large, mobilenetV3Small } from './mobilenetv3';
import * as resnets from './resnet';
import * as segmentation from './segmentation';
import * as senets from './senet';
import { shufflenetV2X0_5, shufflenetV2X1_0, shufflenetV2X1_5, shufflenetV2X2_0 } from './shufflenetv2';
import { squeezenet1_0, squeezenet1_1 } from './squeezenet';
import { unet } from './unet';
import { convVae } from './vae';
import { vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vgg';
import { vitB16 } from './vision-transformer';
import * as coco from './weights/coco';
import * as detection from './weights/detection';
import * as imagenet from './weights/imagenet';
import type { Weights, WeightsEnum, WeightsEnumeration } from './weights/weights';

/** Under the names of torchvision and timm; other networks are named in the same style. */
const builders = {
  alexnet,
  conv_vae: convVae,
  convnext_tiny: convnextTiny,
  dcgan,
  deeplabv3_resnet101: segmentation.deeplabv3Resnet101,
  deeplabv3_resnet50: segmentation.deeplabv3Resnet50,
  densenet121,
  densenet161,
  densenet169,
  densenet201,
  efficientnet_b0: efficientnetB0,
  efficientnet_b1: efficientnetB1,
  efficientnet_b2: efficientnetB2,
  efficientnet_b3: efficientnetB3,
  efficientnet_lite0: efficientnetLite0,
  fasterrcnn_mobilenet_v3_large_320_fpn: detectors.fasterrcnnMobilenetV3Large320Fpn,
  fasterrcnn_mobilenet_v3_large_fpn: detectors.fasterrcnnMobilenetV3LargeFpn,
  fasterrcnn_resnet50_fpn: detectors.fasterrcnnResnet50Fpn,
  fasterrcnn_resnet50_fpn_v2: detectors.fasterrcnnResnet50FpnV2,
  maskrcnn_resnet50_fpn: detectors.maskrcnnResnet50Fpn,
  maskrcnn_resnet50_fpn_v2: detectors.maskrcnnResnet50FpnV2,
  fcn_resnet101: segmentation.fcnResnet101,
  fcn_resnet50: segmentation.fcnResnet50,
  googlenet,
  inception_v3: inceptionV3,
  lenet5,
  lenet5_paper: lenet5Paper,
  mobilenet_v2: mobilenetV2,
  mobilenet_v3_large: mobilenetV3Large,
  mobilenet_v3_small: mobilenetV3Small,
  resnet101: resnets.resnet101,
  resnet152: resnets.resnet152,
  resnet18: resnets.resnet18,
  resnet34: resnets.resnet34,
  resnet50: resnets.resnet50,
  resnext101_32x8d: resnets.resnext101_32x8d,
  resnext101_64x4d: resnets.resnext101_64x4d,
  resnext50_32x4d: resnets.resnext50_32x4d,
  senet154: senets.senet154,
  seresnet101: senets.seresnet101,
  seresnet152: senets.seresnet152,
  seresnet18: senets.seresnet18,
  seresnet34: senets.seresnet34,
  seresnet50: senets.seresnet50,
  shufflenet_v2_x0_5: shufflenetV2X0_5,
  shufflenet_v2_x1_0: shufflenetV2X1_0,
  shufflenet_v2_x1_5: shufflenetV2X1_5,
  shufflenet_v2_x2_0: shufflenetV2X2_0,
  squeezenet1_0,
  squeezenet1_1,
  ssd300_vgg16: detectors.ssd300Vgg16,
  ssdlite320_mobilenet_v3_large: detectors.ssdlite320MobilenetV3Large,
  unet,
  vgg11,
  vgg11_bn: vgg11Bn,
  vgg13,
  vgg13_bn: vgg13Bn,
  vgg16,
  vgg16_bn: vgg16Bn,
  vgg19,
  vgg19_bn: vgg19Bn,
  vit_b_16: vitB16,
  wide_resnet101_2: resnets.wideResnet101_2,
  wide_resnet50_2: resnets.wideResnet50_2,
};

type Builders = typeof builders;

/** A name of `listModels()`. */
export type ModelName = keyof Builders;

type Builder = (options?: object) => Module | Promise<Module>;

const patternsKind = kinds.orNull(kinds.either(kinds.text, kinds.listOf(kinds.text)));

/** Ignores case and underscores: `vgg11_bn` is `vgg11Bn`. */
const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

interface ListOptions {
  /**
   * Lists only the members of `vision.models`, `vision.models.segmentation` or `vision.models.detection`, given as an
   * object or by name. Default: null, all.
   */
  module?: object | 'models' | 'segmentation' | 'detection' | null;
  /**
   * Patterns of names, at least one of which must match: `*` is any text, `?` any character, `[ab]` one of these
   * characters, `[!ab]` any other. Default: all.
   */
  include?: string | readonly string[] | null;
  /** Patterns of names to leave out. Default: none. */
  exclude?: string | readonly string[] | null;
}

/**
 * The names of the networks, in torchvision's spelling and sorted.
 *
 *     listModels({ include: 'resnet*', exclude: '*152' });   // ['resnet101', 'resnet18', 'resnet34', 'resnet50']
 */
export function listModels(...args: Arguments<ListOptions, ['module', 'include', 'exclude']>): ModelName[] {
  const defaults = { module: null, include: null, exclude: null };
  // A namespace is a plain object, so it must be kept from being taken for named parameters.
  const given = args.length === 1 && isNamespace(args[0]) ? [{ module: args[0] }] : args;
  const { module, include, exclude } = parseArgs<ListOptions>('listModels', [], defaults, given, {
    module: moduleKind,
    include: patternsKind,
    exclude: patternsKind,
  });
  const inside = module === null ? null : membersOf(module);
  const all = (Object.keys(builders) as ModelName[]).filter((name) => !inside || inside.has(builders[name]));
  const wanted = patterns(include);
  const left = patterns(exclude);
  const fits = (list: readonly RegExp[], name: string) => list.some((pattern) => pattern.test(name));
  return all.filter((name) => (wanted.length === 0 || fits(wanted, name)) && !fits(left, name)).sort();
}

const moduleKind: kinds.Kind = {
  words: "vision.models, its segmentation or its detection, or 'models', 'segmentation' or 'detection', or null",
  fits: (given) => given === null || typeof given === 'string' || isNamespace(given),
};

const isNamespace = (given: unknown): boolean =>
  isPlainObject(given) && Object.values(builders).some((build) => Object.values(given).includes(build));

/** The members of a namespace, given as an object or by name. */
function membersOf(module: object | string): ReadonlySet<unknown> {
  if (typeof module === 'object') return new Set(Object.values(module));
  const apart = { segmentation: Object.values(segmentation), detection: Object.values(detectors) };
  const elsewhere = new Set<unknown>(Object.values(apart).flat());
  const models = Object.values(builders).filter((build) => !elsewhere.has(build));
  const found = Object.entries({ models, ...apart }).find(([name]) => name === module);
  if (found) return new Set<unknown>(found[1]);
  throw new ArgumentError(
    `listModels: expected module to be vision.models, its segmentation or its detection, or 'models', 'segmentation' or 'detection', but got ${shown(module)}`,
  );
}

const patterns = (given: string | readonly string[] | null): RegExp[] =>
  (given === null ? [] : [given].flat()).filter((pattern) => pattern !== '').map(asRegExp);

/** Converts a shell pattern, as Python's fnmatch reads it. */
function asRegExp(pattern: string): RegExp {
  const parts = pattern.matchAll(/\[(!?)(\]?[^\]]*)\]|[\s\S]/g);
  const text = Array.from(parts, ([part, not, set]) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
    if (part === '*') return '[\\s\\S]*';
    return part === '?' ? '[\\s\\S]' : part.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  });
  return new RegExp(`^${text.join('')}$`);
}

/**
 * The function of a network, by its name in torchvision's spelling or ours.
 *
 * @throws ArgumentError if there is no such network
 */
export function getModelBuilder<K extends ModelName>(name: K | { name: K }): Builders[K];
export function getModelBuilder(...args: Arguments<NamedModel<string>, ['name']>): Builder;
export function getModelBuilder(...args: unknown[]): unknown {
  return builderOf(
    'getModelBuilder',
    parseArgs<NamedModel<string>>('getModelBuilder', ['name'], {}, args, nameKind).name,
  );
}

interface NamedModel<T> {
  name: T;
}

const nameKind = { name: kinds.text };

function builderOf(op: string, name: string): Builder {
  const found = (Object.keys(builders) as ModelName[]).find((own) => plain(own) === plain(name));
  if (!found) {
    throw new ArgumentError(`${op}: expected a name of listModels(), but got ${shown(name)}`);
  }
  return builders[found] as Builder;
}

type Built<B> =
  B extends NetworkBuilder<infer M, infer _>
    ? M
    : B extends detectors.DetectorBuilder<infer M, infer _>
      ? M
      : B extends (options?: infer _) => infer M
        ? Exclude<M, Promise<unknown>>
        : Module;

/**
 * Builds a network by name, with the options of its function. Returns a promise if `weights` are given.
 *
 *     const model = getModel('resnet18', { numClasses: 10 });
 * @param config Options of the function of the network.
 */
export function getModel<K extends ModelName>(
  name: K,
  config?: { weights?: null; weightsBackbone?: null; [option: string]: unknown },
): Built<Builders[K]>;
export function getModel<K extends ModelName>(name: K, config: object): Promise<Built<Builders[K]>>;
export function getModel(
  name: string,
  config?: { weights?: null; weightsBackbone?: null; [option: string]: unknown },
): Module;
export function getModel(name: string, config: object): Promise<Module>;
export function getModel(named: { name: string; [option: string]: unknown }): Module | Promise<Module>;
export function getModel(...args: unknown[]): unknown {
  const [first, config = {}] = args;
  if (args.length === 1 && isPlainObject(first)) {
    const { name, ...options } = first;
    return buildByName(name === undefined ? [] : [name], options);
  }
  if (args.length > 2) {
    throw new ArgumentError(`getModel: expected at most 2 arguments ('name' and 'config'), but got ${args.length}`);
  }
  expectKind('getModel', 'config', config, { words: 'an object of options', fits: isPlainObject });
  return buildByName(args.slice(0, 1), config as object);
}

function buildByName(args: readonly unknown[], config: object): unknown {
  return builderOf('getModel', parseArgs<NamedModel<string>>('getModel', ['name'], {}, args, nameKind).name)(config);
}

/** All enumerations, in the version whose members know the names of their classes. */
const enumerations = (): WeightsEnumeration[] => [
  ...Object.values(imagenet),
  ...Object.values(coco),
  ...Object.values(detection),
];

/** The name of a network, or its function. */
type NetworkName = string | ((...args: never[]) => unknown);

/**
 * The enumeration of a network's weights. The network is given by function or by name.
 *
 * @throws ArgumentError if torchvision has no weights for the network
 */
export function getModelWeights(...args: Arguments<NamedModel<NetworkName>, ['name']>): WeightsEnum {
  const { name } = parseArgs<NamedModel<NetworkName>>('getModelWeights', ['name'], {}, args, {
    name: kinds.either(kinds.text, kinds.callback),
  });
  const build = typeof name === 'string' ? builderOf('getModelWeights', name) : name;
  const found = enumerations().find((own) => own.name === weightsOf(build));
  if (!found) {
    const given = typeof name === 'string' ? `'${name}'` : name.name;
    throw new ArgumentError(
      `getModelWeights: expected a network of torchvision's, but got ${given}; it has no weights`,
    );
  }
  return found as WeightsEnum;
}

/**
 * Weights by their full name.
 *
 *     getWeight('ResNet50_Weights.IMAGENET1K_V2').url;
 *
 * @throws ArgumentError if there are no such weights
 */
export function getWeight(...args: Arguments<NamedModel<string>, ['name']>): Weights {
  const { name } = parseArgs<NamedModel<string>>('getWeight', ['name'], {}, args, nameKind);
  const [first, second, ...rest] = name.split('.');
  if (second === undefined || rest.length > 0) {
    throw new ArgumentError(`getWeight: expected a name such as 'ResNet50_Weights.DEFAULT', but got ${shown(name)}`);
  }
  const found = enumerations().find((own) => own.name === first);
  if (!found) throw new ArgumentError(`getWeight: expected an enumeration of weights, but got ${shown(first)}`);
  return found.verify(second);
}
