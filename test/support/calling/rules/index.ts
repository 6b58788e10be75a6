// Owns the rules of all doors: what calls of a door may take beyond the general list, and how many still go against the rule.
import { data } from './data';
import { datasets } from './datasets';
import { interpret } from './interpret';
import { lightning } from './lightning';
import { metrics } from './metrics';
import { nn } from './nn';
import { onnx } from './onnx';
import { optim } from './optim';
import { python } from './python';
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
  /** Those that the reasons are for. */
  readonly doors: readonly string[];
  readonly reasons: readonly DoorReason[];
}

const all: readonly Rules[] = [
  data,
  datasets,
  interpret,
  lightning,
  metrics,
  nn,
  onnx,
  optim,
  python,
  torch,
  transforms,
  vision,
];

/** The rules of the door that a call is behind; all, where it is behind none of theirs. */
function rulesOf(call: string): readonly Rules[] {
  const doors = all.flatMap((rules) => rules.doors).filter((door) => call.startsWith(`${door}.`));
  const nearest = doors.sort((a, b) => b.length - a.length)[0];
  return nearest === undefined ? all : all.filter((rules) => rules.doors.includes(nearest));
}

/** Whether a parameter of one call takes a value for a reason of its door. */
export const allowedHere = (call: string, parameter: string, key: string): boolean =>
  rulesOf(call).some(({ reasons }) =>
    reasons.some(({ calls, takes }) => takes.includes(key) && calls.test(`${call} ${parameter}`)),
  );
