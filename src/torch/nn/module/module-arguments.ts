// Arguments that several of a module's methods take: prefixes of names, paths to members, states.

import { type Kind, text } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type Parsed, parseArgs } from '../../../engine/core/options';
import type { Naming, Path } from './module-options';

/** Methods of any module class that refuse arguments that they would ignore. */
export const closedMethods = [
  ...['children', 'namedChildren', 'train', 'eval', 'cpu', 'half', 'float', 'extraRepr', 'toString'],
  ...['resetParameters', 'resetRunningStats', 'registerForwardPreHook', 'registerForwardHook'],
  ...['registerFullBackwardHook', 'registerFullBackwardPreHook', 'getExtraState'],
];

/** The options that say how members of a module and its submodules are named and listed. */
export const naming = (name: string, args: readonly unknown[]): Parsed<Naming> =>
  parseArgs<Naming>(name, [], { prefix: '', recurse: true, removeDuplicate: true }, args);

export const aState: Kind = {
  words: 'a state dict, or a promise of one',
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** The path to a member. */
export const pathIn = (name: string, args: readonly unknown[]): string =>
  parseArgs<Path>(name, ['target'], {}, args, { target: text }).target;

/** The error for a path to a member that does not exist. */
export const nothingAt = (op: string, className: string, kind: string, name: string, path: string): ArgumentError =>
  new ArgumentError(`${op}: ${className} has no ${kind} '${name}' (of '${path}')`);
