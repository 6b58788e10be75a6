// What values are, in words for messages.

/** Names a value's kind, for errors that expected another. */
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

/** True for `{…}` literals, which may stand as the trailing object of named parameters. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
