// Describes values in words, for messages.

/** Describes a value, for errors that expected another kind. */
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

/** True for `{…}` literals. As the last argument, such an object gives parameters by name. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
