// The modules of an imported network by path, and the parameters and buffers that are registered on them.
import { LamplightError, type nn, type Tensor } from '../../../torch';
import { Module, protect } from '../../../torch/inside';

/** A container of modules of an imported network. Only the network as a whole can be called. */
export class Block extends Module {
  override forward(..._inputs: readonly unknown[]): never {
    throw new LamplightError(
      'onnx: a block of an imported network cannot be called by itself; call the network, or take features from it with createFeatureExtractor',
    );
  }
}

/** Adds modules, parameters and buffers to a network at paths, under names that are not taken. */
export class Tree {
  readonly #root: Module;

  constructor(root: Module) {
    this.#root = root;
  }

  /** The module at a path; null if there is none. */
  moduleAt(path: readonly string[]): Module | null {
    let module: Module | null = this.#root;
    for (const key of path) {
      const member: unknown = module && Object.hasOwn(module, key) ? Reflect.get(module, key) : null;
      module = member instanceof Module ? member : null;
    }
    return module;
  }

  /** Registers a module, and returns the path that it got. */
  addModule(path: readonly string[], module: Module): string[] {
    const [parent, folder] = this.#block(path.slice(0, -1));
    const key = freeName(parent, path.at(-1)!);
    parent.registerModule(key, module);
    return [...folder, key];
  }

  addParameter(path: readonly string[], parameter: nn.Parameter): string[] {
    const [parent, folder] = this.#block(path.slice(0, -1));
    const key = freeName(parent, path.at(-1)!);
    parent.registerParameter(key, parameter);
    return [...folder, key];
  }

  addBuffer(path: readonly string[], tensor: Tensor, persistent: boolean): string[] {
    const [parent, folder] = this.#block(path.slice(0, -1));
    const key = freeName(parent, path.at(-1)!);
    tensor.retain();
    protect(tensor.storage);
    parent.registerBuffer(key, tensor, { persistent });
    return [...folder, key];
  }

  /**
   * The container at a path and its actual path; made if needed. If a layer is already at the path, another name is
   * used.
   */
  #block(path: readonly string[]): [Module, string[]] {
    let module: Module = this.#root;
    const taken: string[] = [];
    for (const key of path) {
      let own = key;
      for (;;) {
        const member: unknown = Object.hasOwn(module, own) ? Reflect.get(module, own) : undefined;
        if (member instanceof Block || (member === undefined && !(own in module))) break;
        own += '_';
      }
      if (!Object.hasOwn(module, own)) module.registerModule(own, new Block());
      module = Reflect.get(module, own) as Module;
      taken.push(own);
    }
    return [module, taken];
  }
}

/** The name, with a number appended if it is taken. */
function freeName(module: Module, name: string): string {
  let own = name;
  for (let i = 1; own in module; i++) own = `${name}_${i}`;
  return own;
}
