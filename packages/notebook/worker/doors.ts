// What cells may import: the doors of the library, each a chunk of its own that loads when it is first asked for.

const doors: Readonly<Record<string, () => Promise<object>>> = {
  lamplight: () => import('lamplight'),
  'lamplight/einops': () => import('lamplight/einops'),
  'lamplight/functional': () => import('lamplight/functional'),
  'lamplight/interpret': () => import('lamplight/interpret'),
  'lamplight/lightning': () => import('lamplight/lightning'),
  'lamplight/metrics': () => import('lamplight/metrics'),
  'lamplight/onnx': () => import('lamplight/onnx'),
  'lamplight/python': () => import('lamplight/python'),
  'lamplight/pytorch': () => import('lamplight/pytorch'),
  'lamplight/tensorboard': () => import('lamplight/tensorboard'),
  'lamplight/vision': () => import('lamplight/vision'),
};

/** What can be imported. */
export const importable: readonly string[] = Object.keys(doors);

/** A cell asks for a module that there is not. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly remedy: string;

  constructor(specifier: unknown) {
    super(`no module ${JSON.stringify(String(specifier))} is at hand in a notebook`);
    this.remedy = `Cells import from ${importable.join(', ')}.`;
  }
}

/** @throws ImportError */
export function openDoor(specifier: unknown): Promise<object> {
  const open = typeof specifier === 'string' && Object.hasOwn(doors, specifier) ? doors[specifier] : undefined;
  if (!open) throw new ImportError(specifier);
  return open();
}
