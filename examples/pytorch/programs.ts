// The programs by PyTorch's names for them.

/** A program, and the values of its options where none are given. */
export interface Program {
  readonly defaults: Readonly<Record<string, number | boolean | string>>;
  main(options: Record<string, number | boolean | string>): Promise<unknown>;
}

const modules = {
  mnist: () => import('./mnist'),
  vae: () => import('./vae'),
  dcgan: () => import('./dcgan'),
  word_language_model: () => import('./word-language-model'),
  super_resolution: () => import('./super-resolution'),
  time_sequence_prediction: () => import('./time-sequence-prediction'),
  reinforce: () => import('./reinforce'),
  actor_critic: () => import('./actor-critic'),
};

export const names = Object.keys(modules);

/** @throws where there is no such program */
export async function load(name: string): Promise<Program> {
  if (!Object.hasOwn(modules, name)) throw new Error(`expected one of ${names.join(', ')}, but got '${name}'`);
  return modules[name as keyof typeof modules]();
}

/**
 * Options as they are written in a command or an address, `--train-size 640` or `trainSize=640`, in the types of the defaults.
 *
 * @throws where there is no such option, or its value is of another type
 */
export function parse(given: Iterable<readonly [string, string]>, defaults: Program['defaults']) {
  const parsed: Record<string, number | boolean | string> = {};
  for (const [written, text] of given) {
    const name = written.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (!Object.hasOwn(defaults, name)) {
      throw new Error(`expected one of the options ${Object.keys(defaults).join(', ')}, but got '${written}'`);
    }
    const kind = typeof defaults[name];
    const value = kind === 'number' ? Number(text) : kind === 'boolean' ? text !== 'false' : text;
    if (Number.isNaN(value)) throw new Error(`${name}: expected a number, but got '${text}'`);
    parsed[name] = value;
  }
  return parsed;
}
