// LambdaCallback: a callback made from functions.
import { ArgumentError } from '../../../torch';
import { isPlainObject, kindOf, parseArgs } from '../../../torch/inside';
import { Callback, type CallbackHooks } from '../hooks';

/** `new LambdaCallback({ onTrainEpochEnd: (trainer) => console.log(trainer.currentEpoch) })` */
export class LambdaCallback extends Callback {
  constructor(/** Functions by the names of hooks. */ hooks: CallbackHooks, ...none: []) {
    super();
    parseArgs('LambdaCallback', [], {}, none);
    if (!isPlainObject(hooks)) {
      throw new ArgumentError(
        `LambdaCallback: expected an object of functions by the names of hooks, but got ${kindOf(hooks)}`,
      );
    }
    for (const [name, hook] of Object.entries(hooks)) {
      if (hook === undefined || hook === null) continue;
      const isHook = /^on[A-Z]\w+$|^(setup|teardown)$/.test(name);
      if (!isHook || typeof hook !== 'function') {
        throw new ArgumentError(
          `LambdaCallback: expected functions by the names of hooks, such as onTrainStart, but got ${kindOf(hook)} for ${name}`,
        );
      }
      Reflect.set(this, name, hook);
    }
  }
}
