// Programs of other people that run in the page as they are: where they lie, with which arguments, and the few lines that are changed.
import { cifar } from './of/cifar.mjs';
import { examples } from './of/examples.mjs';
import { gan } from './of/gan.mjs';
import { karpathy } from './of/karpathy.mjs';
import { language } from './of/language.mjs';
import { morvan } from './of/morvan.mjs';
import { vit } from './of/vit.mjs';
import { yunjey } from './of/yunjey.mjs';

/** The folders of the repositories, and where each comes from. */
export const homes = {
  examples: 'github.com/pytorch/examples',
  minGPT: 'github.com/karpathy/minGPT',
  makemore: 'github.com/karpathy/makemore',
  nanoGPT: 'github.com/karpathy/nanoGPT',
  'pytorch-tutorial': 'github.com/yunjey/pytorch-tutorial',
  'PyTorch-Tutorial': 'github.com/MorvanZhou/PyTorch-Tutorial',
  'nlp-tutorial': 'github.com/graykode/nlp-tutorial',
  'pytorch-cifar': 'github.com/kuangliu/pytorch-cifar',
  'ng-video-lecture': 'github.com/karpathy/ng-video-lecture',
  'vit-pytorch': 'github.com/lucidrains/vit-pytorch',
  'PyTorch-GAN': 'github.com/eriklindernoren/PyTorch-GAN',
};

/**
 * `home` is the repository that a program is of, `folder` its place there, of which Python, text and small data are taken. `entry` runs as `__main__`
 * with `args`, after `random` and `torch` have been seeded. `edits` replace text of the entry, or of the file that stands before, which asks for what no
 * page has: downloads, NumPy, random masks that PyTorch draws by another generator; or which makes the program short. `written` are more files of the
 * folder, `pictures` PNG files of a size, `standIns` modules of `stand-ins` that it imports, `packages` those of PyTorch's Python; `mnist` has MNIST's first
 * pictures lie where it looks for them; `loose` are edits of which a program may have none.
 * @typedef {{
 *   home: keyof typeof homes, folder: string, entry: string, args?: string, mnist?: boolean, standIns?: readonly string[],
 *   edits?: readonly Edit[], loose?: readonly (readonly [from: string, to: string])[], packages?: readonly string[], written?: Readonly<Record<string, string>>,
 *   pictures?: Readonly<Record<string, readonly [width: number, height: number]>>,
 * }} Program
 * @typedef {readonly [from: string, to: string] | readonly [file: string, from: string, to: string]} Edit
 */

/** @type {Readonly<Record<string, Program>>} */
export const programs = { ...examples, ...karpathy, ...yunjey, ...morvan, ...language, ...cifar, ...vit, ...gan };
