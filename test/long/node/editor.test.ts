// What an editor says of calls: signature help, hover, completion and the errors of TypeScript, asked of its language service.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { programOptions } from '../../../scripts/reference/usage.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const prologue = `import * as torch from 'lamplight';
import * as F from 'lamplight/functional';
import * as vision from 'lamplight/vision';
import * as metrics from 'lamplight/metrics';
import * as interpret from 'lamplight/interpret';
import { Trainer } from 'lamplight/lightning';
const { nn, optim, func } = torch;
const { models, transforms, ops, datasets } = vision;
declare const x: torch.Tensor, y: torch.Tensor, net: torch.nn.Conv2d, sgd: torch.optim.SGD, data: torch.data.Dataset<torch.Tensor>;
`;

/** Calls with `|` where the cursor stands, and how the signature begins that an editor shows there. */
const signatures: Readonly<Record<string, string>> = {
  'new nn.Conv2d(|)': 'Conv2d(inChannels: number, outChannels: number, kernelSize: SizePerDim<2>, options?: ',
  'new nn.Conv2d(3, |)': 'Conv2d(inChannels: number, outChannels: number, kernelSize: SizePerDim<2>, options?: ',
  'new nn.Linear(|)': 'Linear(inFeatures: number, outFeatures: number, options?: ',
  'new nn.Embedding(|)': 'Embedding(numEmbeddings: number, embeddingDim: number, options?: {',
  'new nn.MaxPool2d(|)': 'MaxPool2d(kernelSize: SizePerDim<2>, options?: ',
  'new nn.BatchNorm2d(|)': 'BatchNorm2d(numFeatures: number, options?: ',
  'new nn.LSTM(|)': 'LSTM(inputSize: number, hiddenSize: number, options?: ',
  'new nn.MultiheadAttention(|)': 'MultiheadAttention(embedDim: number, numHeads: number, options?: {',
  'new nn.CrossEntropyLoss(|)': 'CrossEntropyLoss(options?: ',
  'F.conv2d(|)': 'conv2d(input: torch.Tensor, weight: torch.Tensor, ',
  'F.conv2d(x, |)': 'conv2d(input: torch.Tensor, weight: torch.Tensor, ',
  'F.maxPool2d(x, |)': 'maxPool2d(input: torch.Tensor, kernelSize: SizePerDim<2>, ',
  'torch.cat(|)': 'cat(tensors: readonly torch.Tensor[], options?: { dim?: number',
  'torch.stack(|)': 'stack(tensors: readonly torch.Tensor[], options?: { dim?: number',
  'torch.tensor(|)': 'tensor(data: ',
  'torch.linspace(|)': 'linspace(start: number | torch.Tensor, end: number | torch.Tensor, steps: number, options?: ',
  'torch.randint(|)': 'randint(high: number, size: readonly number[], options?: ',
  'torch.matmul(x, |)': 'matmul(input: torch.Tensor, other: torch.Tensor)',
  'torch.load(|)': 'load(f: torch.ByteSource, options?: {',
  'torch.save(|)': 'save(obj: unknown, f: torch.Target, options?: ',
  'x.transpose(|)': 'transpose(dim0: number, dim1: number)',
  'x.gather(|)': 'gather(dim: number, index: torch.Tensor, ',
  'x.softmax(|)': 'softmax(dim: number, ',
  'new optim.Adam(|)': 'Adam(params: ',
  'new optim.SGD(net.parameters(), |)': 'SGD(params: ',
  'new optim.lrScheduler.StepLR(|)': 'StepLR(optimizer: Scheduled, stepSize: number, options?: {',
  'new torch.data.DataLoader(|)': 'DataLoader(dataset: ',
  'metrics.functional.accuracy(|)':
    'accuracy(preds: torch.Tensor, target: torch.Tensor, task: metrics.Task, options?: {',
  'new transforms.RandomCrop(|)': 'RandomCrop(size: SizeLike, options?: {',
  'new transforms.Normalize(|)':
    'Normalize(mean: number | readonly number[], std: number | readonly number[], options?: {',
  'interpret.tsne(|)': 'tsne(input: torch.Tensor, options?: {',
  'datasets.MNIST(|)': 'MNIST(root: MnistRoot, options?: ',
  'func.vmap(|)': 'vmap(func: ',
  'func.grad(|)': 'grad(func: ',
  'new Trainer(|)': 'Trainer(options?: TrainerOptions',
  'new metrics.Accuracy(|)': 'Accuracy(options: ',
  'F.crossEntropy(|)': 'crossEntropy(input: torch.Tensor, target: torch.Tensor, options?: {',
  'F.interpolate(x, |)': 'interpolate(input: torch.Tensor, options?: {',
  'x.sum(|)': 'sum(options?: ({ dim?: ',
  'ops.nms(|)': 'nms(boxes: torch.Tensor, scores: torch.Tensor, iouThreshold: number)',
  'ops.nms(x, |)': 'nms(boxes: torch.Tensor, scores: torch.Tensor, iouThreshold: number)',
  'torch.atan2(|)': 'atan2(input: torch.Tensor, other: torch.Tensor)',
  'F.scaledDotProductAttention(|)':
    'scaledDotProductAttention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, options?: {',
  'new interpret.Saliency(net).attribute(|)': 'attribute(inputs: interpret.Inputs, options?: {',
  'vision.io.draw(|)': 'draw(tensor: torch.Tensor, canvas: HTMLCanvasElement | OffscreenCanvas, options?: {',
};

/** Signatures that are not as one would want them: sizes one by one or as a list. */
const unclearSignatures: typeof signatures = { 'torch.randn(|)': 'randn(...args: SizeArguments<torch.RandomOptions>)' };

/** Parameters at the cursor, and how their texts begin. */
const parameters: Readonly<Record<string, string>> = {
  'new nn.Conv2d(|)': 'Channels of the input',
  'new nn.MaxPool2d(|)': 'The size of the window',
  'F.conv2d(|)': 'The images, [N, in, …]',
  'F.conv2d(x, |)': 'The kernels, [out, in / groups, …]',
};

/** Wrong calls, the word that is underlined, and what the error says there. */
const mistakes: Readonly<Record<string, readonly [at: string, says: RegExp]>> = {
  'new nn.Conv2d(3, 8, 3, { pading: 1 });': ['pading', /'pading' does not exist .*Did you mean to write 'padding'/],
  'new nn.LSTM(3, 4, { batch_first: true });': ['batch_first', /Did you mean to write 'batchFirst'/],
  'new transforms.RandomCrop({ size: 32, pad: 4 });': ['pad', /'pad' does not exist/],
  'new Trainer({ maxEpoch: 3 });': ['maxEpoch', /Did you mean to write 'maxEpochs'/],
  "new Trainer({ maxEpochs: '3' });": ['maxEpochs', /Type 'string' is not assignable to type 'number'/],
  'new optim.Adam(net.parameters(), { lrate: 0.1 });': ['lrate', /'lrate' does not exist/],
  'new optim.Adam(net);': ['net', /'Conv2d' is not assignable to parameter of type 'OptimizerParams/],
  'torch.randn([2, 3], { requires_grad: true });': ['requires_grad', /Did you mean to write 'requiresGrad'/],
  'new nn.Conv2d({ in_channels: 3, outChannels: 3, kernelSize: 1 });': [
    'in_channels',
    /Did you mean to write 'inChannels'/,
  ],
  'x.max(1).value;': ['value', /Did you mean 'values'/],
  'x.reshap(1, 2);': ['reshap', /Did you mean 'reshape'/],
  'nn.Linear(1, 2);': ['nn.Linear(1, 2)', /Did you mean to include 'new'/],
  'x + 1;': ['x + 1', /Operator '\+' cannot be applied to types 'Tensor' and 'number'/],
  'torch.noGrad(async () => x);': ['async () => x', /a synchronous function: the switch cannot follow an await/],
  "torch.tensor([1], { dtype: 'float64' });": ['dtype', /'"float64"' is not assignable to type 'DType/],
  'new torch.data.DataLoader(x);': ['x', /Property 'get' is missing in type 'Tensor'/],
  "models.resnet18({ weights: 'DEFAUL' });": ['weights', /'"DEFAUL"' is not assignable .*Did you mean '"DEFAULT"'/],
  "models.resnet18({ weight: 'DEFAULT' });": ['weight', /Did you mean to write 'weights'/],
  "models.segmentation.fcnResnet50({ weightsBackbone: 'IMAGENET' });": ['weightsBackbone', /'"IMAGENET"' is not/],
  "vision.detection.fasterrcnnResnet50Fpn({ weights: 'COCO_V' });": ['weights', /Did you mean '"COCO_V1"'/],
  "F.crossEntropy(x, y, { reduction: 'avg' });": [
    "x, y, { reduction: 'avg' }",
    /types of 'reduction' are incompatible .*\n.*'"avg"' is not assignable to type 'Reduction/,
  ],
  "F.interpolate(x, { mode: 'bilinea' });": [
    "x, { mode: 'bilinea' }",
    /'"bilinea"' is not .*Did you mean '"bilinear"'/,
  ],
  'F.conv2d(x, y, { pading: 1 });': ['pading', /Did you mean to write 'padding'/],
  'x.sum({ dim: 1, keepDim: true });': ['keepDim', /Did you mean to write 'keepdim'/],
  'x.mean(1, { keepDim: true });': ['keepDim', /Did you mean to write 'keepdim'/],
  "torch.zeros(2, { dtype: 'double' });": [
    "2, { dtype: 'double' }",
    /types of 'dtype' are incompatible .*\n.*'"double"' is not assignable to type 'DType/,
  ],
  "torch.zeros([2], { dtype: 'double' });": ["[2], { dtype: 'double' }", /'"double"' is not assignable to type 'DType/],
  "new metrics.Accuracy({ task: 'multi' });": [
    "{ task: 'multi' }",
    /'"multi"' is not assignable to type '"(binary|multi\w+)"/,
  ],
  'new metrics.Accuracy({ numClasses: 3 });': ['{ numClasses: 3 }', /Property 'task' is missing/],
  'torch.cat([x, y], { dm: 1 });': ['dm', /'dm' does not exist in type '{ dim\?: number/],
  'new nn.Sequential([new nn.Linear(1, 2)]);': [
    '[new nn.Linear(1, 2)]',
    /'Linear\[\]' is not assignable|missing the following properties from type/,
  ],
  "new metrics.Accuracy({ task: 'multiclass', num_classes: 3 });": [
    'num_classes',
    /Did you mean to write 'numClasses'/,
  ],
  'new Trainer({ epochs: 3 });': ['epochs', /'epochs' does not exist/],
  'const value: number = x.item();': ['value', /'Promise<.*>' is not assignable to type 'number'/],
  'for (const batch of new torch.data.DataLoader(data)) batch;': [
    'new torch.data.DataLoader(data)',
    /must have a '\[Symbol.iterator\]\(\)' method/,
  ],
  'x[0].item();': ['item', /Property 'item' does not exist on type '"write x.at\(0\)"'/],
  'x.add(x[0]);': ['x[0]', /^Argument of type '\["write x.at\(0\)"\]' is not assignable/],
  "new datasets.MNIST('mnist/');": ["'mnist/'", /"await datasets.MNIST\(root\), without new"/],
  'torch.cat(x, x);': ['x, x', /'Tensor' is missing the following properties from type 'readonly Tensor\[\]'/],
};

/** Mistakes whose errors are not as one would want them, which name the method, the option or the word by another way than it should be. */
const unclear: typeof mistakes = {
  'new optim.lrScheduler.StepLR(sgd);': ['sgd', /'SGD' is missing the following properties .*optimizer, stepSize$/],
  "new nn.CrossEntropyLoss({ reduction: 'avg' });": [
    'CrossEntropyLoss',
    /'"avg"' is not assignable to type 'Reduction/,
  ],
  'x.max({ dim: 1, keepDim: true });': ['dim', /'dim' does not exist in type '{ other: Tensor; }'/],
};

/** Places where a name is completed, and some that are offered. */
const completions: Readonly<Record<string, readonly string[]>> = {
  'new nn.Conv2d(3, 8, 3, { | })': ['bias', 'dilation', 'groups', 'padding', 'paddingMode', 'stride'],
  'new Trainer({ | })': ['maxEpochs', 'callbacks', 'logger'],
  "torch.zeros(2, { dtype: '|' })": ['float32', 'float16', 'int64', 'uint8', 'bool'],
  "F.interpolate(x, { mode: '|' })": ['nearest', 'bilinear', 'bicubic', 'area'],
  "new metrics.Accuracy({ task: '|' })": ['binary', 'multiclass', 'multilabel'],
  "F.crossEntropy(x, y, { reduction: '|' })": ['mean', 'sum', 'none'],
  'x.max(1).|': ['values', 'indices'],
  'new optim.Adam(net.parameters(), { | })': ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad'],
  "vision.io.draw(x, { cmap: '|' })": ['viridis', 'hot', 'gray'],
  "F.pad(x, [1, 1], { mode: '|' })": ['constant', 'reflect', 'replicate', 'circular'],
  'torch.linalg.|': ['norm', 'solve', 'svd'],
  "models.resnet18({ weights: '|' })": ['DEFAULT', 'IMAGENET1K_V1', 'IMAGENET1K_V2'],
  'x.sum({ | })': ['dim', 'keepdim', 'dtype'],
};

/** Words under the cursor, and how their texts begin. */
const texts: Readonly<Record<string, string>> = {
  'new nn.Con|v2d(1, 1, 1)': 'A convolution (cross-correlation) whose kernels are learnt',
  'F.conv|2d(x, y)': 'Slides the kernels over the images',
  'torch.ca|t([x, y])': 'Joins tensors along an existing dimension',
  'x.trans|pose(0, 1)': 'A view with two dimensions exchanged',
  'x.su|m()': 'Σ over the given dimensions',
  'x.exp|2()': '2^input',
  'new optim.Ada|m(net.parameters())': 'Adam (Kingma & Ba 2015)',
  'new Train|er()': 'Trains, validates, tests and predicts',
  'new torch.data.DataLo|ader(data)': 'Visits a data set batch by batch',
  'ops.nm|s(x, y, 0.5)': 'Non-maximum suppression',
  'torch.linalg.sv|d(x)': 'A = U diag(S) Vh',
  'new nn.Conv2d(1, 1, 1, { pad|ding: 1 })': 'Added on each side',
  'x[|0]': 'A tensor has no elements by brackets',
};

/** Calls that show each parameter with a text, in at most four forms. */
const described = [
  'new nn.Conv2d(|)',
  'new nn.LazyConv2d(|)',
  'new nn.ConvTranspose2d(|)',
  'F.conv2d(|)',
  'new optim.Adam(|)',
  'new optim.AdamW(|)',
  'new vision.detection.RegionProposalNetwork(|)',
];

/** Wrong calls of what is read by tables, the word that is underlined, and the last line of the error. */
const short: Readonly<Record<string, readonly [at: string, says: string]>> = {
  'new nn.Conv2d(3, 8, 3, { pading: 2 });': ['pading', "in type 'ConvOptions<2>'. Did you mean to write 'padding'?"],
  "new nn.Conv2d(3, 8, 3, { padding: 'sam' });": ['padding', 'Type \'"sam"\' is not assignable to type'],
  "new nn.Conv2d(3, 8, 3, 2, 'sam');": ["'sam'", 'Argument of type \'"sam"\' is not assignable'],
  'new nn.Conv2d(3, 8);': ['3', "not assignable to parameter of type 'ConvArguments<2>'."],
  "new nn.Conv2d(3, '8', 3);": ["'8'", "'string' is not assignable to parameter of type 'number'."],
  'new nn.LazyConv2d(8, 3, { pading: 2 });': ['pading', "Did you mean to write 'padding'?"],
  'new nn.ConvTranspose2d(8, 8, 3, { outputPading: 2 });': ['outputPading', "Did you mean to write 'outputPadding'?"],
  'F.conv2d(x, y, { strid: 2 });': ['strid', "Did you mean to write 'stride'?"],
  'F.conv2d(x, 3);': ['3', "Argument of type 'number' is not assignable to parameter of type 'Tensor | "],
  'new optim.Adam(net, 0.1);': ['net', "not assignable to parameter of type 'OptimizerParams<AdamOptions> | "],
  'new optim.Adam([x], { lrate: 0.1 });': ['lrate', "does not exist in type 'GroupOptions<AdamOptions>'."],
  'new optim.AdamW([x], { beta: [0.9, 0.9] });': ['beta', "Did you mean to write 'betas'?"],
};

const asked = [signatures, unclearSignatures, parameters, mistakes, unclear, completions, texts, short];
const codes = [...new Set([...asked.flatMap(Object.keys), ...described])];
const pathOf = (code: string) => `${root}demos/asked-${codes.indexOf(code)}.ts`;
const sources = new Map(codes.map((code) => [pathOf(code), `${prologue}${code.replace('|', '')}\nexport {};\n`]));
const cursorIn = (code: string) => prologue.length + code.indexOf('|');

const read = (path: string) => sources.get(path) ?? ts.sys.readFile(path);
const service = ts.createLanguageService({
  getCompilationSettings: () => programOptions,
  getScriptFileNames: () => [...sources.keys()],
  getScriptVersion: () => '1',
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  getScriptSnapshot: (path) => {
    const text = read(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  fileExists: (path) => sources.has(path) || ts.sys.fileExists(path),
  readFile: read,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

function helpAt(code: string) {
  const help = service.getSignatureHelpItems(pathOf(code), cursorIn(code), {});
  const item = help?.items[help.selectedItemIndex];
  const said = (parts: ts.SymbolDisplayPart[] | undefined) => ts.displayPartsToString(parts);
  return {
    signature: item
      ? said(item.prefixDisplayParts) +
        item.parameters.map(({ displayParts }) => said(displayParts)).join(said(item.separatorDisplayParts)) +
        said(item.suffixDisplayParts)
      : '',
    parameter: said(item?.parameters[help?.argumentIndex ?? 0]?.documentation),
  };
}

const begins = (text: string, start: string) => (text.startsWith(start) ? start : text);

test('signature help begins with one labelled form', () => {
  const wanted = { ...signatures, ...unclearSignatures };
  const shown = Object.entries(wanted).map(([code, start]) => [code, begins(helpAt(code).signature, start)]);
  expect(Object.fromEntries(shown)).toEqual(wanted);
});

test.each(described)('%s shows at most four forms, the first with a text for each parameter', (code) => {
  const { items = [], selectedItemIndex } = service.getSignatureHelpItems(pathOf(code), cursorIn(code), {}) ?? {};
  expect(items.length).toBeGreaterThan(0);
  expect(items.length).toBeLessThanOrEqual(4);
  expect(selectedItemIndex).toBe(0);
  const untold = items[0]!.parameters.filter(({ documentation }) => documentation.length === 0);
  expect(untold.map(({ name }) => name)).toEqual([]);
  expect(ts.displayPartsToString(items[0]!.documentation)).not.toBe('');
  const shown = items.flatMap(({ parameters }) =>
    parameters.map(({ displayParts }) => ts.displayPartsToString(displayParts)),
  );
  expect(shown.filter((text) => /Kind<|Optional<|Values<|args_/.test(text))).toEqual([]);
});

test.each(Object.entries(short))('%s is one error of at most three lines', (code, [at, says]) => {
  const found = service.getSemanticDiagnostics(pathOf(code));
  expect(found).toHaveLength(1);
  const { start = 0, length = 0, messageText } = found[0]!;
  expect(sources.get(pathOf(code))!.slice(start, start + length)).toBe(at);
  const lines = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n');
  expect(lines.length).toBeLessThanOrEqual(3);
  expect(lines.at(-1)).toContain(says);
});

test('a parameter has a text', () => {
  const shown = Object.entries(parameters).map(([code, start]) => [code, begins(helpAt(code).parameter, start)]);
  expect(Object.fromEntries(shown)).toEqual(parameters);
});

test.each(Object.entries({ ...mistakes, ...unclear }))('%s is told where it stands', (code, [at, says]) => {
  const path = pathOf(code);
  const [found] = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
  const { start = 0, length = 0 } = found ?? {};
  expect(sources.get(path)!.slice(start, start + length)).toBe(at);
  expect(ts.flattenDiagnosticMessageText(found?.messageText, '\n')).toMatch(says);
});

test.each(Object.entries(completions))('%s is completed', (code, offered) => {
  const names = service.getCompletionsAtPosition(pathOf(code), cursorIn(code), {})?.entries.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...offered]));
});

test('hover shows the text', () => {
  const shown = Object.entries(texts).map(([code, start]) => {
    const info = service.getQuickInfoAtPosition(pathOf(code), cursorIn(code));
    return [code, begins(ts.displayPartsToString(info?.documentation), start)];
  });
  expect(Object.fromEntries(shown)).toEqual(texts);
});
