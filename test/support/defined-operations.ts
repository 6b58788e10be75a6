// Finds the operations that the library defines where they lie in memory, so that no file, form or maker of them is left out.
import { Session } from 'node:inspector';
import type { Op } from '../../src/engine/graph/value';

/** The global name by which the session finds an array of this module. */
const place = '__definedOperations';

/** Keeps the operations among all objects, whose properties are looked at and not read. */
const keepOperations = `function (found) {
  const own = (object, key) => Object.getOwnPropertyDescriptor(object, key)?.value;
  for (const object of this) {
    const isOperation = ['infer', 'lower'].every((key) => typeof own(object, key) === 'function');
    if (isOperation && typeof own(object, 'name') === 'string') found.push(object);
  }
}`;

/** What the inspector answers before `post` returns, as it does in a thread of its own. */
function answered<T>(post: (answer: (error: Error | null, result: T) => void) => void): T {
  const results: T[] = [];
  post((error, result) => {
    if (error) throw error;
    results.push(result);
  });
  return results[0]!;
}

/** The definitions that the modules loaded so far hold. */
export function definedOperations(): readonly Op[] {
  const found: Op[] = [];
  const session = new Session();
  session.connect();
  const evaluated = (expression: string): string => {
    type Answer = { result: { objectId?: string } };
    return answered<Answer>((answer) => session.post('Runtime.evaluate', { expression }, answer)).result.objectId!;
  };
  try {
    Object.assign(globalThis, { [place]: found });
    const { objects } = answered<{ objects: { objectId?: string } }>((answer) =>
      session.post('Runtime.queryObjects', { prototypeObjectId: evaluated('Object.prototype') }, answer),
    );
    const { objectId } = objects;
    const call = {
      objectId: objectId!,
      functionDeclaration: keepOperations,
      arguments: [{ objectId: evaluated(place) }],
    };
    answered((answer) => session.post('Runtime.callFunctionOn', call, answer));
    return found;
  } finally {
    Reflect.deleteProperty(globalThis, place);
    session.disconnect();
  }
}
