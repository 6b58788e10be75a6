// The libraries of Python whose names are looked up here: their namespaces with ours, and why names are left out.
import { doorReasons } from './door-reasons.mjs';
import { reasons } from './reasons.mjs';
import { apiTable, torchSpaces, visionSpaces } from './table.mjs';
import { visionReasons } from './vision-reasons.mjs';

/**
 * The doors that stand for them.
 * @typedef {{
 *   torch: typeof import('../../../src/index'), vision: typeof import('../../../src/doors/vision/index'), metrics: typeof import('../../../src/doors/metrics/index'),
 *   interpret: typeof import('../../../src/doors/interpret/index'), lightning: typeof import('../../../src/doors/lightning/index'),
 * }} Doors
 * @typedef {{ [version: string]: unknown, cases: readonly { name: string, names: readonly string[] }[] }} Names
 * @typedef {readonly (readonly [RegExp, string])[]} Reasons
 * @typedef {{ title: string, module: string, family: string, reasons: Reasons, spaces: (doors: Doors, names: Names) => Readonly<Record<string, object>> }} Library
 */

/**
 * The same object for each namespace, but for those that have one of their own.
 * @param {Names} names
 * @param {object} space
 * @param {Readonly<Record<string, object>>} others
 */
const everywhere = ({ cases }, space, others) =>
  Object.fromEntries(cases.map(({ name }) => [name, others[name] ?? space]));

/** `module` is the package's name in Python, `family` the fixture with its names. @type {readonly Library[]} */
export const libraries = [
  { title: 'PyTorch', module: 'torch', family: 'api', reasons, spaces: ({ torch }) => torchSpaces(torch) },
  {
    title: 'torchvision',
    module: 'torchvision',
    family: 'vision_api',
    reasons: visionReasons,
    spaces: ({ vision }) => visionSpaces(vision),
  },
  {
    title: 'torchmetrics',
    module: 'torchmetrics',
    family: 'metrics_api',
    reasons: doorReasons.torchmetrics,
    spaces: ({ metrics }, names) =>
      everywhere(names, metrics, {
        'torchmetrics.functional': metrics.functional,
        'torchmetrics.functional.classification': metrics.functional,
        'torchmetrics.functional.detection': metrics.functional,
        'torchmetrics.functional.image': metrics.functional,
        'torchmetrics.functional.segmentation': metrics.functional.segmentation,
        'torchmetrics.segmentation': metrics.segmentation,
      }),
  },
  {
    title: 'Captum',
    module: 'captum',
    family: 'captum_api',
    reasons: doorReasons.captum,
    spaces: ({ interpret }, names) =>
      everywhere(names, interpret, { 'captum.attr.visualization': interpret.visualization }),
  },
  {
    title: 'Lightning',
    module: 'lightning',
    family: 'lightning_api',
    reasons: doorReasons.lightning,
    spaces: ({ lightning }, names) => everywhere(names, lightning, {}),
  },
];

/**
 * What a library's names are here, with its title and version.
 * @param {Library} library
 * @param {Names} names of its fixture
 * @param {Doors} doors
 */
export function libraryTable(library, names, doors) {
  const theirs = Object.fromEntries(names.cases.map((each) => [each.name, each.names]));
  return {
    title: `${library.title} ${names[library.module]}`,
    entries: apiTable(theirs, library.spaces(doors, names), library.reasons),
  };
}
