// Writes the Python expressions that construct layers of torch.nn.
import { ArgumentError, nn, Tensor } from '../../torch';
import { className, type Module, pythonFloat, pythonText, snakeName } from '../../torch/inside';
import { type Line, listed, quoted, type Slot, splitArguments } from './python';

/**
 * The classes of `nn` that PyTorch also has, with their names. Containers are left out, since their members are written
 * instead.
 */
const ownLayers: () => ReadonlyMap<unknown, string> = (() => {
  let known: ReadonlyMap<unknown, string> | null = null;
  return () => {
    known ??= new Map(Object.entries(nn).flatMap(([name, value]) => (containers.has(name) ? [] : [[value, name]])));
    return known;
  };
})();

const containers: ReadonlySet<string> = new Set([
  'Sequential',
  'ModuleList',
  'ModuleDict',
  'ParameterList',
  'ParameterDict',
]);

/** Whether PyTorch has the module's class. */
export const isLayer = (module: Module): boolean => ownLayers().has(module.constructor);

/** The parameters that layers print without their names. */
const unnamed: readonly [classes: RegExp, names: readonly string[]][] = [
  [/^Conv/, ['in_channels', 'out_channels']],
  [/^(BatchNorm|InstanceNorm)/, ['num_features']],
  [/^(LSTM|GRU|RNN)(Cell)?$/, ['input_size', 'hidden_size']],
  [/^Embedding/, ['num_embeddings', 'embedding_dim']],
  [/^(LayerNorm|RMSNorm)$/, ['normalized_shape']],
  [/^GroupNorm$/, ['num_groups', 'num_channels']],
  [/Pad\dd$/, ['padding']],
  [/^LocalResponseNorm$/, ['size']],
  [/shrink$/, ['lambd']],
];

/** PyTorch's defaults. A value is Python code, or the name of another parameter whose value is the default. */
const defaults: readonly [classes: RegExp, values: Readonly<Record<string, string>>][] = [
  [/^Conv/, { stride: '1', padding: '0', dilation: '1', groups: '1', output_padding: '0', bias: 'True' }],
  [/^BatchNorm/, { eps: '1e-05', momentum: '0.1', affine: 'True', bias: 'True', track_running_stats: 'True' }],
  [/^InstanceNorm/, { eps: '1e-05', momentum: '0.1', affine: 'False', track_running_stats: 'False' }],
  [/^(LayerNorm|GroupNorm)$/, { eps: '1e-05', elementwise_affine: 'True', affine: 'True', bias: 'True' }],
  [/^RMSNorm$/, { eps: 'None', elementwise_affine: 'True' }],
  [/^(Bil|L)inear$/, { bias: 'True' }],
  [/Pool/, { stride: 'kernel_size', padding: '0', dilation: '1', ceil_mode: 'False' }],
  [/^Flatten$/, { start_dim: '1', end_dim: '-1' }],
  [/^(Unf|F)old$/, { stride: '1', padding: '0', dilation: '1' }],
  [/./, { inplace: 'False' }],
];

/** Attributes that layers do not print, with their defaults. */
const silent: readonly [classes: RegExp, values: Readonly<Record<string, unknown>>][] = [
  [/^AvgPool1d$/, { ceilMode: false, countIncludePad: true }],
  [/^AvgPool[23]d$/, { ceilMode: false, countIncludePad: true, divisorOverride: null }],
  [/MaxPool/, { returnIndices: false }],
  [/^Upsamp/, { alignCorners: null, recomputeScaleFactor: null }],
  [/^RNN$/, { nonlinearity: 'tanh' }],
  [/^EmbeddingBag$/, { includeLastOffset: false }],
  [/^CosineSimilarity$/, { dim: 1, eps: 1e-8 }],
  [/^PairwiseDistance$/, { norm: 2, eps: 1e-6, keepdim: false }],
  [/^FractionalMaxPool/, { kernelSize: undefined, outputSize: null, outputRatio: null }],
  [/^PReLU$/, { init: 0.25 }],
  [/^(CrossEntropy|NLL)Loss$/, { weight: null, ignoreIndex: -100, labelSmoothing: 0 }],
  [/^BCE(WithLogits)?Loss$/, { weight: null, posWeight: null }],
  [/^SmoothL1Loss$/, { beta: 1 }],
  [/^HuberLoss$/, { delta: 1 }],
  [/^KLDivLoss$/, { logTarget: false }],
  [/^CTCLoss$/, { blank: 0, zeroInfinity: false }],
  [/^PoissonNLLLoss$/, { logInput: true, full: false, eps: 1e-8 }],
  [/^GaussianNLLLoss$/, { full: false, eps: 1e-6 }],
  [/^MultiMarginLoss$/, { p: 1, margin: 1, weight: null }],
  [/^MultiLabelSoftMarginLoss$/, { weight: null }],
  [/^(CosineEmbedding|MarginRanking)Loss$/, { margin: 0 }],
  [/^HingeEmbeddingLoss$/, { margin: 1 }],
  [/^TripletMarginLoss$/, { margin: 1, p: 2, eps: 1e-6, swap: false }],
  [/Loss$/, { reduction: 'mean' }],
];

/** Attributes that correspond to a parameter of another name in PyTorch. */
const otherNames: Readonly<Record<string, string>> = { norm: 'p' };

type Entry = readonly [name: string, literal: string];

/** The Python expression for a layer, such as `nn.Conv2d(1, 6, kernel_size=5)`, with its literals as slots. */
export function layerLine(module: Module): Line {
  const name = ownLayers().get(module.constructor)!;
  refuse(module, name);
  const entries = composed(module, name);
  if (entries) return callLine(name, entries);
  return callLine(name, withoutDefaults(name, [...printed(module, name), ...unprinted(module, name)]));
}

/**
 * @throws ArgumentError if the module's state has other names than that of a plain layer, or if it does not exist yet
 */
function refuse(module: Module, name: string): void {
  if (name.startsWith('Lazy')) {
    throw new ArgumentError(
      `toPython: expected a layer with its shapes, but got ${name} before its first call; call the model once`,
    );
  }
  const own = module.namedParameters({ recurse: false }).map(([parameter]) => parameter);
  const normalized = own.find((parameter) => /_(g|orig)$/.test(parameter));
  if (normalized !== undefined) {
    const remove = normalized.endsWith('_g') ? 'removeWeightNorm' : 'removeSpectralNorm';
    throw new ArgumentError(
      `toPython: a normalized ${name} has other weights than a plain one; call nn.utils.${remove}(layer) first`,
    );
  }
  if (name === 'TripletMarginWithDistanceLoss' || name === 'AdaptiveLogSoftmaxWithLoss') {
    throw new ArgumentError(
      `toPython: ${name} is made with what has no text, a function or a head of its own; write it by hand`,
    );
  }
}

const callLine = (name: string, entries: readonly (readonly [string, string | Line])[]): Line => {
  const positional = unnamed.find(([classes]) => classes.test(name))?.[1] ?? [];
  const items = entries.map(([key, value], i): Line => {
    const line: Line = typeof value === 'string' ? [{ literal: value, hint: key } satisfies Slot] : value;
    return positional[i] === key || (name === 'Linear' && i < 2) ? line : [`${key}=`, ...line];
  });
  return [`nn.${name}(`, ...listed(items), ')'];
};

/** The settings that the module prints, by name. */
function printed(module: Module, name: string): Entry[] {
  const positional = unnamed.find(([classes]) => classes.test(name))?.[1] ?? [];
  return splitArguments(module.extraRepr()).map((text, i) => {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(text) ?? [null, positional[i]!, text];
    const isText = /^[a-z][\w-]*$/.test(value!) && value !== 'inf' && value !== 'nan';
    return [key!, collapsed(isText ? quoted(value!) : value!, key!)];
  });
}

const sizes: ReadonlySet<string> = new Set([
  'kernel_size',
  'stride',
  'padding',
  'dilation',
  'output_padding',
  'output_size',
]);

/** Shortens `(5, 5)` to `5` if both mean the same. */
function collapsed(text: string, key: string): string {
  const parts = sizes.has(key) && text.startsWith('(') ? splitArguments(text.slice(1, -1)) : [];
  return parts.length > 0 && parts.every((part) => part === parts[0] && part !== 'None') ? parts[0]! : text;
}

function unprinted(module: Module, name: string): Entry[] {
  return silent.flatMap(([classes, values]) => {
    if (!classes.test(name)) return [];
    return Object.entries(values).flatMap(([attribute, usual]): Entry[] => {
      const value: unknown = Reflect.get(module, attribute);
      if (value === usual || value === undefined) return [];
      return [[otherNames[attribute] ?? snakeName(attribute), valueText(value)]];
    });
  });
}

/**
 * The Python expression for a setting. Tensors, such as class weights, are loaded with the state dict, so only their
 * shape matters.
 */
function valueText(value: unknown): string {
  if (value instanceof Tensor) return `torch.ones(${pythonText([...value.shape])})`;
  return typeof value === 'string' ? quoted(value) : pythonText(value);
}

function withoutDefaults(name: string, entries: readonly Entry[]): Entry[] {
  const given = new Map(entries);
  const usual = Object.assign(
    {},
    ...defaults.filter(([classes]) => classes.test(name)).map(([, values]) => values),
  ) as Record<string, string>;
  return entries.filter(([key, literal]) => {
    const value = usual[key];
    if (/^Pad|Pad\dd$/.test(name) && key === 'padding') return true;
    return value === undefined || (literal !== value && literal !== given.get(value));
  });
}

interface AttentionFields {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly addZeroAttn: boolean;
  readonly kdim: number;
  readonly vdim: number;
  readonly batchFirst: boolean;
  readonly in_proj_bias: unknown;
  readonly bias_k: unknown;
}

type BlockFields = Readonly<Record<string, unknown>> & {
  readonly self_attn: AttentionFields;
  readonly linear1: { readonly outFeatures: number; readonly bias: unknown };
  readonly norm1: { readonly eps: number };
  readonly dropout: { readonly p: number };
  readonly activation: unknown;
  readonly normFirst: boolean;
};

/** The settings of layers that consist of other layers; null for all others. */
function composed(module: Module, name: string): (readonly [string, string | Line])[] | null {
  if (name === 'MultiheadAttention') return attention(module as unknown as AttentionFields);
  if (name === 'TransformerEncoderLayer' || name === 'TransformerDecoderLayer')
    return block(module as unknown as BlockFields);
  if (name === 'TransformerEncoder' || name === 'TransformerDecoder') return stack(module, name);
  if (name !== 'Transformer') return null;
  const { encoder, decoder } = module as unknown as Readonly<Record<'encoder' | 'decoder', Module>>;
  const layers = (of: Module) => of.getSubmodule('layers').children();
  const [first] = layers(encoder);
  if (!first || !isLayer(first)) {
    throw new ArgumentError(
      'toPython: expected a Transformer with a TransformerEncoder of its own; write one of other layers by hand',
    );
  }
  const counts = [
    ['num_encoder_layers', String(layers(encoder).length)],
    ['num_decoder_layers', String(layers(decoder).length)],
  ] as const;
  return [...block(first as unknown as BlockFields), ...counts];
}

function attention(of: AttentionFields): Entry[] {
  const entries: Entry[] = [
    ['embed_dim', String(of.embedDim)],
    ['num_heads', String(of.numHeads)],
  ];
  if (of.dropout !== 0) entries.push(['dropout', pythonFloat(of.dropout)]);
  if (!of.in_proj_bias) entries.push(['bias', 'False']);
  if (of.bias_k) entries.push(['add_bias_kv', 'True']);
  if (of.addZeroAttn) entries.push(['add_zero_attn', 'True']);
  if (of.kdim !== of.embedDim) entries.push(['kdim', String(of.kdim)]);
  if (of.vdim !== of.embedDim) entries.push(['vdim', String(of.vdim)]);
  if (of.batchFirst) entries.push(['batch_first', 'True']);
  return entries;
}

function block(of: BlockFields): Entry[] {
  const { self_attn: attn, linear1, norm1, dropout, normFirst } = of;
  return [
    ['d_model', String(attn.embedDim)],
    ['nhead', String(attn.numHeads)],
    ['dim_feedforward', String(linear1.outFeatures)],
    ['dropout', pythonFloat(dropout.p)],
    ['activation', activationText(of.activation)],
    ['layer_norm_eps', pythonFloat(norm1.eps)],
    ...(attn.batchFirst ? ([['batch_first', 'True']] as const) : []),
    ...(normFirst ? ([['norm_first', 'True']] as const) : []),
    ...(linear1.bias === null ? ([['bias', 'False']] as const) : []),
  ];
}

function activationText(activation: unknown): string {
  if (typeof activation === 'string') return quoted(activation);
  const found = Object.entries(nn.functional).find(([, value]) => value === activation);
  if (found) return ['relu', 'gelu'].includes(found[0]) ? quoted(found[0]) : `F.${snakeName(found[0])}`;
  throw new ArgumentError(
    "toPython: expected the activation of a transformer's layer to be 'relu', 'gelu' or a function of nn.functional",
  );
}

function stack(module: Module, name: string): (readonly [string, string | Line])[] {
  const layers = module.getSubmodule('layers').children();
  const [first] = layers;
  if (!first || !isLayer(first)) {
    throw new ArgumentError(
      `toPython: expected the layers of a ${name} to be nn.${name}Layer, but got ${first ? className(first) : 'none'}`,
    );
  }
  const { norm } = module as unknown as { readonly norm: Module | null };
  return [
    [name === 'TransformerEncoder' ? 'encoder_layer' : 'decoder_layer', layerLine(first)],
    ['num_layers', String(layers.length)],
    ...(norm ? ([['norm', layerLine(norm)]] as const) : []),
  ];
}
