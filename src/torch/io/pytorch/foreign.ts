// Objects of unknown classes in torch.load: NumPy's arrays become tensors; other objects become PickledObjects or are
// refused.
import { FileFormatError } from '../../../engine/core/errors';
import { warnOnce } from '../../../engine/core/warnings';
import type { Tensor } from '../../tensor/tensor';
import { hostTensors } from '../host-tensors';
import type { LoadedFile } from '../load';
import { readNpy } from '../npy/npy';
import { npyOf, plainValue, shortName } from '../pickle/known-objects';
import type { PyForeign } from '../pickle/values';
import { PyObject } from '../pickle/values';
import { memoryReader } from '../reader';
import type { HostTensor } from '../safetensors/safetensors';
import { remedyFor, runsPrograms } from './globals';

/** The maximum number of names in a warning. */
const MOST_NAMES = 4;

/** Classes that become plain data, so that no warning names them. */
const PLAIN = /^(argparse\.Namespace|types\.SimpleNamespace|collections\.deque)$/;

export class Foreign {
  private readonly tensors = new Map<PyObject, Tensor>();
  private readonly names = new Set<string>();

  constructor(
    private readonly name: string,
    private readonly file: Pick<LoadedFile, 'weightsOnly' | 'maxBytes'>,
  ) {}

  /**
   * The tensor that replaces an object, if it is an array; otherwise undefined. @throws FileFormatError if the object
   * is refused
   */
  readonly stand = (value: PyObject | PyForeign): unknown => {
    const { weightsOnly } = this.file;
    const name = value instanceof PyObject ? value.callName : value.name;
    const [module, own] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
    if (weightsOnly === true || (weightsOnly === null && runsPrograms(module, own))) {
      const what = value instanceof PyObject ? `a call of ${name}` : name;
      throw new FileFormatError(
        `${this.name}: expected tensors, containers and plain values, but the file asks for ${what.slice(0, 200)}, which is not run; ${remedyFor(module, own)}`,
      );
    }
    if (!(value instanceof PyObject)) this.names.add(name);
    else {
      const tensor = this.tensors.get(value);
      if (tensor) return tensor;
      const isPlain = plainValue(value) !== undefined || PLAIN.test(shortName(value)) || npyOf(value) !== null;
      if (!isPlain) this.names.add(name);
    }
    return undefined;
  };

  /**
   * Makes tensors of those objects that are arrays of numbers. Other objects, and arrays with numbers that no tensor
   * can hold, stay objects.
   */
  async makeArrays(objects: readonly PyObject[]): Promise<void> {
    const read: [object: PyObject, array: HostTensor][] = [];
    let bytes = 0;
    for (const object of objects) {
      const npy = npyOf(object);
      if (!npy) continue;
      bytes += npy.length;
      if (bytes > this.file.maxBytes) {
        throw new FileFormatError(
          `${this.name}: its arrays take more than ${this.file.maxBytes} bytes; if it is to be trusted, allow more with maxBytes`,
        );
      }
      try {
        read.push([object, await readNpy(memoryReader(npy, this.name))]);
      } catch (error) {
        if (!(error instanceof FileFormatError)) throw error;
      }
    }
    // Names found inside arrays are dropped; they are noted again if they are also used elsewhere.
    this.names.clear();
    const tensors = await hostTensors(read.map(([, array]) => array));
    read.forEach(([object], i) => {
      this.tensors.set(object, tensors[i]!);
    });
  }

  /** Warns once about the classes that are known only by name, unless the caller asked for such objects. */
  warn(): void {
    if (this.file.weightsOnly === false || this.names.size === 0) return;
    const names = [...this.names].sort();
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    warnOnce(
      `torch.load: ${this.name} holds Python objects whose classes are not known here: ${names.slice(0, MOST_NAMES).join(', ').slice(0, 400)}${more}. Each is given as a PickledObject with ` +
        'its name, arguments and state, and nothing of it is run; weightsOnly: false loads without this warning, and weightsOnly: true refuses such files, as in PyTorch',
    );
  }
}
