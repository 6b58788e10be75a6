// Owns how errors are told: with the line of the cell that they come from, and what helps.
import { LamplightError } from 'lamplight';
import { CellSyntaxError } from '../compile/failure';
import type { ErrorOutput } from '../protocol';
import { type Place, worded } from './wording';

/** What a cell is called, and the module that was made of it. */
export interface Compiled {
  readonly label: string;
  readonly code: string;
}

/** Compiled cells by where they stand in stacks. */
export type Labels = ReadonlyMap<string, Compiled>;

interface Frame {
  readonly cell: string;
  readonly line: number;
  readonly name: string;
}

const IN_BLOB = /(blob:[^\s()]+?):(\d+):(\d+)/;

/** Where the innermost frame of a cell stands, and whether none of the library's is above it. */
function placeOf(stack: string, labels: Labels): Place | null {
  const frames = stack.split('\n').filter((text) => /:\d+:\d+\)?$/.test(text));
  for (const [i, text] of frames.entries()) {
    const [, url = '', line, column] = IN_BLOB.exec(text) ?? [];
    const code = labels.get(url)?.code;
    if (code !== undefined) return { code, line: Number(line), column: Number(column), isCells: i === 0 };
  }
  return null;
}

/** The frames of a stack that are in cells, innermost first; stacks of Chrome and those of Firefox and Safari. */
function framesOf(stack: string, labels: Labels): Frame[] {
  return stack.split('\n').flatMap((text) => {
    const found = IN_BLOB.exec(text);
    const cell = found && labels.get(found[1]!)?.label;
    if (!found || !cell) return [];
    const called = /^\s*at (?:async )?(?:new )?([^\s(]+) \(/.exec(text)?.[1] ?? /^([^@\s]+)@/.exec(text)?.[1] ?? '';
    const name = called
      .replace(/^(?:Object\.|Module\.)?\$scope_*\./, '')
      .replace(/^(?:Module\.)?default$|^Module$/, '');
    return [{ cell, line: Number(found[2]), name }];
  });
}

const OF_THE_LANGUAGE: ReadonlySet<unknown> = new Set([TypeError, ReferenceError, RangeError]);

/** A message of the library says behind a semicolon what to do. */
function parts(error: Error, labels: Labels): { readonly message: string; readonly remedy: string | null } {
  if (OF_THE_LANGUAGE.has(error.constructor)) return worded(error, placeOf(error.stack ?? '', labels));
  const remedy = (error as { readonly remedy?: unknown }).remedy;
  if (typeof remedy === 'string') return { message: error.message, remedy };
  const at = error instanceof LamplightError ? error.message.lastIndexOf('; ') : -1;
  if (at < 0) return { message: error.message, remedy: null };
  const rest = error.message.slice(at + 2);
  return { message: error.message.slice(0, at), remedy: `${rest[0]?.toUpperCase()}${rest.slice(1)}` };
}

/** An error that says itself what is told of it. */
export class ToldError extends Error {
  override readonly name = 'ToldError';

  constructor(readonly output: ErrorOutput) {
    super(output.message);
  }
}

/** What is told of an error that ended a cell. */
export function failureOf(thrown: unknown, cell: string, labels: Labels): ErrorOutput {
  if (thrown instanceof ToldError) return thrown.output;
  if (!(thrown instanceof Error)) {
    const message = `a value that is no Error was thrown: ${String(thrown)}`;
    return { kind: 'error', name: 'Error', message, remedy: null, line: null, column: null, cell, stack: [] };
  }
  const { message, remedy } = parts(thrown, labels);
  const base = { kind: 'error', name: thrown.name, message, remedy } as const;
  if (thrown instanceof CellSyntaxError) return { ...base, line: thrown.line, column: thrown.column, cell, stack: [] };
  const frames = framesOf(thrown.stack ?? '', labels);
  const [first] = frames;
  return {
    ...base,
    line: first?.line ?? null,
    column: null,
    cell: first?.cell ?? cell,
    stack: frames.map(
      ({ name, cell: label, line }) => `${name ? `${name} (` : ''}${label}, line ${line}${name ? ')' : ''}`,
    ),
  };
}
