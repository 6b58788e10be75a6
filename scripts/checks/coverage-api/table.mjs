// Compares the names of libraries of Python with this library's, and says why a name is not there.

/**
 * @typedef {{ namespace: string, name: string, ours: string, status: 'have' | 'left out' | 'lacking', reason: string }} Entry
 */

/** Names that are spelt otherwise here. */
const spellings = /** @type {Readonly<Record<string, string>>} */ ({
  'torch.Tensor.is_leaf': 'isLeaf',
  'torch.optim.lr_scheduler': 'lrScheduler',
  'torchmetrics.functional.matthews_corrcoef': 'matthewsCorrCoef',
  'torchmetrics.functional.classification.matthews_corrcoef': 'matthewsCorrCoef',
  'torchmetrics.functional.classification.binary_matthews_corrcoef': 'binaryMatthewsCorrCoef',
  'torchmetrics.functional.classification.multiclass_matthews_corrcoef': 'multiclassMatthewsCorrCoef',
  'torchmetrics.functional.classification.multilabel_matthews_corrcoef': 'multilabelMatthewsCorrCoef',
});

/** Names that are there to say what to write instead. */
const refusals = new Set(['torch.float64', 'torch.double', 'torch.Tensor.double', 'torch.Tensor.numpy']);

/**
 * What stands for PyTorch's namespaces.
 * @param {typeof import('../../../src/index')} torch
 */
export const torchSpaces = (torch) => ({
  torch,
  'torch.Tensor': torch.zeros(1),
  'torch.nn': torch.nn,
  'torch.nn.functional': torch.nn.functional,
  'torch.optim': torch.optim,
  'torch.optim.lr_scheduler': torch.optim.lrScheduler,
  'torch.nn.Module': torch.nn.Module.prototype,
  'torch.nn.init': torch.nn.init,
  'torch.nn.utils': torch.nn.utils,
  'torch.nn.utils.rnn': torch.nn.utils.rnn,
  'torch.nn.utils.parametrize': torch.nn.utils.parametrize,
  'torch.nn.utils.parametrizations': torch.nn.utils.parametrizations,
  'torch.nn.utils.prune': torch.nn.utils.prune,
  'torch.nn.attention': torch.nn.attention,
  'torch.autograd': torch.autograd,
  'torch.autograd.functional': torch.autograd.functional,
  'torch.autograd.graph': {},
  'torch.autograd.forward_ad': torch.autograd.forwardAd,
  'torch.func': torch.func,
  'torch.distributions': torch.distributions,
  'torch.distributions.transforms': torch.distributions.transforms,
  'torch.distributions.constraints': torch.distributions.constraints,
  'torch.special': torch.special,
  'torch.linalg': torch.linalg,
  'torch.fft': torch.fft,
  'torch.utils.data': torch.data,
});

/**
 * What stands for torchvision's namespaces.
 * @param {typeof import('../../../src/doors/vision/index')} vision
 */
export const visionSpaces = (vision) => ({
  'torchvision.datasets': vision.datasets,
  'torchvision.io': vision.io,
  'torchvision.models': vision.models,
  'torchvision.models.detection': vision.models.detection,
  'torchvision.models.segmentation': vision.models.segmentation,
  'torchvision.ops': vision.ops,
  'torchvision.transforms': vision.transforms,
  'torchvision.transforms.functional': vision.transforms.functional,
  'torchvision.tv_tensors': vision.tvTensors,
  'torchvision.utils': vision.utils,
});

/**
 * snake_case as camelCase, a trailing underscore kept, and one between digits.
 * @param {string} name
 */
export const camelCase = (name) =>
  name.replace(/(?<=[a-z])_([a-z0-9])|(?<=\d)_([a-z])/gi, (_, first, second) => (first ?? second).toUpperCase());

/**
 * @param {Readonly<Record<string, readonly string[]>>} names theirs, by namespace
 * @param {Readonly<Record<string, object>>} library ours, by the same namespaces
 * @param {readonly (readonly [RegExp, string])[]} reasons by pattern of the full name, first match first
 * @returns {Entry[]}
 */
export function apiTable(names, library, reasons) {
  return Object.entries(names).flatMap(([namespace, list]) => {
    const space = library[namespace];
    if (!space) throw new Error(`apiTable: expected one of ${Object.keys(library).join(', ')}, but got ${namespace}`);
    return list.map((name) => {
      const full = `${namespace}.${name}`;
      const ours = spellings[full] ?? (name in space ? name : camelCase(name));
      if (ours in space && !refusals.has(full)) return entry(namespace, name, ours, 'have', '');
      const reason = elsewhere(namespace, ours, library) ?? reasons.find(([pattern]) => pattern.test(full))?.[1];
      return entry(namespace, name, ours, reason ? 'left out' : 'lacking', reason ?? '');
    });
  });
}

/**
 * Where PyTorch has a name twice and we have it once.
 * @param {string} namespace
 * @param {string} ours
 * @param {Readonly<Record<string, object>>} library
 */
function elsewhere(namespace, ours, library) {
  if (!/^torch($|\.)/.test(namespace)) return undefined;
  const has = (/** @type {string} */ space, /** @type {string} */ name) => name in (library[space] ?? {});
  const plain = ours.replace(/_$/, '');
  const inPlace = ours !== plain;
  if (namespace === 'torch' && inPlace && has('torch.Tensor', ours)) return 'as a method of tensors';
  if (namespace === 'torch.nn.functional') {
    if (has('torch', ours)) return `as torch.${ours}`;
    return inPlace && has(namespace, plain) ? 'with inplace: true' : undefined;
  }
  return namespace === 'torch.Tensor' && has('torch.nn.functional', plain) ? `as nn.functional.${plain}` : undefined;
}

/**
 * @param {string} namespace
 * @param {string} name
 * @param {string} ours
 * @param {Entry['status']} status
 * @param {string} reason
 * @returns {Entry}
 */
const entry = (namespace, name, ours, status, reason) => ({ namespace, name, ours, status, reason });

/**
 * The table in Markdown, with the counts of each namespace before it.
 * @param {readonly Entry[]} entries
 * @param {string} origin whose names, with the version
 * @param {ReadonlySet<string>} [python] full names that Python has in the page, for a column
 */
export function markdown(entries, origin, python) {
  const namespaces = [...new Set(entries.map(({ namespace }) => namespace))];
  const count = (/** @type {string} */ namespace, /** @type {string} */ status) =>
    entries.filter((each) => each.namespace === namespace && each.status === status).length;
  const isInPython = (/** @type {Entry} */ { namespace, name }) => python?.has(`${namespace}.${name}`) === true;
  const countInPython = (/** @type {string} */ namespace) =>
    entries.filter((each) => each.namespace === namespace && isInPython(each)).length;
  const row = (/** @type {readonly (string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  /** @type {(cell: string | number) => (string | number)[]} */
  const ofPython = (cell) => (python ? [cell] : []);
  return [
    `# Names of ${origin}`,
    '',
    row(['Namespace', 'have', ...ofPython('in Python'), 'left out', 'lacking']),
    row(['---', '---:', ...ofPython('---:'), '---:', '---:']),
    ...namespaces.map((each) => {
      const [have, left, lacking] = ['have', 'left out', 'lacking'].map((status) => count(each, status));
      return row([each, have ?? 0, ...ofPython(countInPython(each)), left ?? 0, lacking ?? 0]);
    }),
    '',
    row([origin.split(' ')[0] ?? '', 'Lamplight', ...ofPython('in Python'), 'why not']),
    row(['---', '---', ...ofPython('---'), '---']),
    ...entries.map((entry) => {
      const { namespace, name, ours, status, reason } = entry;
      const here = status === 'have' ? ours : '';
      return row([
        `${namespace}.${name}`,
        here,
        ...ofPython(isInPython(entry) ? 'yes' : ''),
        status === 'lacking' ? 'lacking' : reason,
      ]);
    }),
    '',
  ].join('\n');
}
