// Describes values in words, for messages.

/** Describes a value, for errors that say what was given instead of the expected value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return `number ${value}`;
  if (value instanceof Promise) return 'a promise; await it first';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return Array.isArray(value)
    ? 'an array'
    : isPlainObject(value)
      ? 'an object'
      : `an instance of ${value.constructor.name}`;
}

/**
 * Whether a value is a plain object, such as a `{…}` literal. As the last argument, such an object passes arguments by
 * name.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
