// Owns how an object of a class becomes a function: a module is called as PyTorch's are.

/** A base class whose objects are functions. Fields and methods of subclasses live on the function itself. */
export class Callable {
  constructor(call: (self: object, args: unknown[]) => unknown) {
    const self: object = (...args: unknown[]) => call(self, args);
    // A function's own `name` and `length` are read-only; without them subclasses may have such fields.
    Reflect.deleteProperty(self, 'name');
    Reflect.deleteProperty(self, 'length');
    // biome-ignore lint/correctness/noConstructorReturn: what `new` yields must be the function.
    return Object.setPrototypeOf(self, new.target.prototype);
  }
}
