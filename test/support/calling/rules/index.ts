// Owns the rules of all doors: what calls of a door may take beyond the general list, and how many still go against the rule.
import type { Fault } from '../walk';
import { data } from './data';
import { datasets } from './datasets';
import { interpret } from './interpret';
import { lightning } from './lightning';
import { metrics } from './metrics';
import { nn } from './nn';
import { optim } from './optim';
import { torch } from './torch';
import { transforms } from './transforms';
import { vision } from './vision';

/** Why some parameters take values that others must refuse. */
export interface DoorReason {
  readonly why: string;
  /** Of a call and its parameter, as `nn.Linear inFeatures`; or of a call and what is wrong with the call as a whole, as `nn.Module.call one too many`. */
  readonly calls: RegExp;
  /** Names of the values that are taken; an empty one for the call as a whole. */
  readonly takes: readonly string[];
}

export interface Rules {
  /** By door. These numbers may only fall, but where calls are walked that were not before. */
  readonly ceilings: Readonly<Record<string, Readonly<Partial<Record<Fault, number>>>>>;
  readonly reasons: readonly DoorReason[];
}

const all: readonly Rules[] = [data, datasets, interpret, lightning, metrics, nn, optim, torch, transforms, vision];

export const ceilings: Rules['ceilings'] = Object.assign({}, ...all.map((rules) => rules.ceilings));

/** The rules of the door that a call is behind; all, where no door of theirs has a ceiling. */
function rulesOf(call: string): readonly Rules[] {
  const doors = Object.keys(ceilings).filter((door) => call.startsWith(`${door}.`));
  const nearest = doors.sort((a, b) => b.length - a.length)[0];
  return nearest === undefined ? all : all.filter((rules) => nearest in rules.ceilings);
}

/** Whether a parameter of one call takes a value for a reason of its door. */
export const allowedHere = (call: string, parameter: string, key: string): boolean =>
  rulesOf(call).some(({ reasons }) =>
    reasons.some(({ calls, takes }) => takes.includes(key) && calls.test(`${call} ${parameter}`)),
  );
