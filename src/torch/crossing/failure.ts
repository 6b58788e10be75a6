// Errors that cross from a worker to the main thread and keep their classes.
import * as errors from '../../engine/core/errors';
import type { Failure } from '../data/worker/protocol';

/** A thrown value, whether an error or not, as plain data that can be sent. */
export function failureOf(thrown: unknown, sample: number | null): Failure {
  if (!(thrown instanceof Error)) {
    return {
      classes: [],
      message: `it threw ${String(thrown)}, which is not an Error`,
      stack: null,
      properties: {},
      sample,
    };
  }
  const classes = classesOf(thrown);
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(thrown)) {
    const value: unknown = Reflect.get(thrown, key);
    if (value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value)) properties[key] = value;
  }
  return { classes, message: thrown.message, stack: thrown.stack ?? null, properties, sample };
}

/**
 * Recreates an error on the main thread. Its class is the error's own if that is JavaScript's or this library's, else
 * the nearest base class that is. It has the error's properties and stack, and its message says from which worker it
 * comes.
 */
export function errorOf({ classes, message, stack, properties, sample }: Failure, worker: string): Error {
  const known = knownOf(classes);
  // An error whose class is unknown here becomes a WorkerError, and its message begins with the class name.
  const own = classes[0];
  const base = known && (known !== Error || own === 'Error') ? known : errors.WorkerError;
  const said = base.name === own || own === undefined ? message : `${own}: ${message}`;
  const place = sample === null ? worker : `${worker}, sample ${sample}`;
  const error = new Error(`${said} (in ${place})`);
  Object.setPrototypeOf(error, base.prototype as object);
  Object.assign(error, properties);
  // For this library's errors, `name` is an own property of the object, which setting the prototype does not change.
  if (base.prototype instanceof errors.LamplightError) error.name = base.name;
  const frames = stack?.split('\n').filter((line) => /^\s+at |@/.test(line)) ?? [];
  if (frames.length > 0) error.stack = `${error.name}: ${error.message}\n${frames.join('\n')}`;
  return error;
}

type ErrorClass = new (message?: string) => Error;

/** The names of an error's class and of its base classes. */
export function classesOf(error: Error): string[] {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(error); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(at.constructor.name);
  }
  return names;
}

/** The first of these classes that is JavaScript's or this library's. */
export const knownOf = (classes: readonly string[]): ErrorClass | undefined =>
  classes.map(classNamed).find((found) => found !== null) ?? undefined;

function classNamed(name: string): ErrorClass | null {
  const found: unknown = Reflect.get(errors, name) ?? Reflect.get(globalThis, name);
  const isError = typeof found === 'function' && (found === Error || found.prototype instanceof Error);
  return isError ? (found as ErrorClass) : null;
}
